import { create } from "zustand";
import type { ArmErrorParts } from "../arm-error";

export type NotificationState = "running" | "waiting" | "succeeded" | "failed" | "cancelled";

export interface Notification {
  readonly id: string;
  readonly title: string;
  /** What it is about: the vault, the machine, the site. */
  readonly subject: string;
  readonly state: NotificationState;
  readonly jobId: string | null;
  readonly vaultName: string | null;
  readonly stepName: string | null;
  /** Measured bytes of the running step; null when it counts nothing. */
  readonly progress: { readonly bytesDone: number; readonly bytesTotal: number } | null;
  readonly error: ArmErrorParts | { readonly message: string } | null;
  /** Milliseconds since 1970 when it last changed. */
  readonly changedAt: number;
}

interface NotificationsState {
  readonly items: readonly Notification[];
  /** The last change of state in words, for screen readers. */
  readonly announcement: string;
  readonly isOpen: boolean;
  readonly open: (isOpen: boolean) => void;
  /**
   * Adds a notification, or changes the one with this id (or with this job). One that changes its state comes to the
   * front; progress alone does not reorder. The newest fifty are kept.
   */
  readonly put: (change: Partial<Notification> & { readonly id: string }) => void;
  readonly dismiss: (id: string) => void;
  readonly dismissEnded: () => void;
}

const KEPT = 50;
const blank = { title: "", subject: "", jobId: null, vaultName: null, stepName: null, progress: null, error: null };

export const isEnded = (state: NotificationState) => state !== "running" && state !== "waiting";

export const stateWords: Readonly<Record<NotificationState, string>> = {
  running: "in progress",
  waiting: "waiting for you",
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
};

type Problem = Notification["error"];

/** A live event knows the message only; the job that was followed also knows causes and the cure, which stay. */
function fuller(known: Problem, next: Problem | undefined): Problem {
  if (next === undefined) return known;
  return next !== null && known !== null && known.message === next.message && "code" in known ? known : next;
}

type Change = Partial<Notification> & { readonly id: string };

function merge(state: Pick<NotificationsState, "items" | "announcement">, change: Change, now: number) {
  const { items } = state;
  const known = items.find((one) => one.id === change.id || (one.jobId !== null && one.jobId === change.jobId));
  const next: Notification = {
    ...blank,
    state: "running",
    ...known,
    ...change,
    id: known?.id ?? change.id,
    error: fuller(known?.error ?? null, change.error),
    changedAt: now,
  };
  // A late report must not bring a job that has succeeded back to life; one that failed can be restarted.
  if (known?.state === "succeeded" && !isEnded(next.state)) return state;
  if (known?.state === next.state) return { ...state, items: items.map((one) => (one === known ? next : one)) };
  return {
    items: [next, ...items.filter((one) => one !== known)].slice(0, KEPT),
    announcement: `${next.title} ${next.subject}: ${stateWords[next.state]}`,
  };
}

export const useNotificationsStore = create<NotificationsState>()((set) => ({
  items: [],
  announcement: "",
  isOpen: false,
  open: (isOpen) => set({ isOpen }),
  put: (change) => set((state) => merge(state, change, Date.now())),
  dismiss: (id) => set((state) => ({ items: state.items.filter((one) => one.id !== id) })),
  dismissEnded: () => set((state) => ({ items: state.items.filter((one) => !isEnded(one.state)) })),
}));
