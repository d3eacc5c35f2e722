import type { LiveEvent } from "@/lib/contract/portal";

/** Tells whoever watches that something changed. Nothing is kept: a watcher that comes later reads the resources. */
export interface LiveEvents {
  publish(event: LiveEvent): void;
  /** Events from now on, until the signal. A watcher that does not keep up loses the oldest ones, never the newest. */
  subscribe(signal: AbortSignal): AsyncIterable<LiveEvent>;
}
