import { create } from "zustand";

/** What is open in the frame of the portal: the NEW drawer, the service bar on a narrow screen; and whether live events flow. */
interface ShellState {
  /** The entries chosen in the NEW drawer, by id, from the left; null when it is closed. */
  readonly newDrawerPath: readonly string[] | null;
  readonly serviceBarOpen: boolean;
  readonly live: "connecting" | "connected" | "broken";
  readonly openNewDrawer: (path: readonly string[] | null) => void;
  readonly openServiceBar: (open: boolean) => void;
  readonly setLive: (connected: boolean) => void;
}

export const useShellStore = create<ShellState>()((set) => ({
  newDrawerPath: null,
  serviceBarOpen: false,
  live: "connecting",
  openNewDrawer: (newDrawerPath) => set({ newDrawerPath, serviceBarOpen: false }),
  openServiceBar: (serviceBarOpen) => set({ serviceBarOpen }),
  setLive: (connected) => set({ live: connected ? "connected" : "broken" }),
}));
