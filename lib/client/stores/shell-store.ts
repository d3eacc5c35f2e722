import { create } from "zustand";

/** What is open in the frame of the portal: the NEW drawer, the service bar on a narrow screen; and whether live events flow. */
interface ShellState {
  readonly newDrawerOpen: boolean;
  readonly serviceBarOpen: boolean;
  readonly live: "connecting" | "connected" | "broken";
  readonly openNewDrawer: (open: boolean) => void;
  readonly openServiceBar: (open: boolean) => void;
  readonly setLive: (connected: boolean) => void;
}

export const useShellStore = create<ShellState>()((set) => ({
  newDrawerOpen: false,
  serviceBarOpen: false,
  live: "connecting",
  openNewDrawer: (newDrawerOpen) => set({ newDrawerOpen, serviceBarOpen: false }),
  openServiceBar: (serviceBarOpen) => set({ serviceBarOpen }),
  setLive: (connected) => set({ live: connected ? "connected" : "broken" }),
}));
