import type { LiveEvent } from "@/lib/contract/portal";
import type { LiveEvents } from "@/lib/operations/ports/live-events";

const QUEUE_LIMIT = 1000;

interface Watcher {
  readonly queue: LiveEvent[];
  wake: () => void;
}

/** Fans events out to every open stream of this process. A watcher that lags loses its oldest events; it refetches anyway. */
export function createLiveEventHub(): LiveEvents {
  const watchers = new Set<Watcher>();
  return {
    publish(event) {
      for (const watcher of watchers) {
        if (watcher.queue.length >= QUEUE_LIMIT) watcher.queue.shift();
        watcher.queue.push(event);
        watcher.wake();
      }
    },
    async *subscribe(signal) {
      const watcher: Watcher = { queue: [], wake: () => undefined };
      watchers.add(watcher);
      const onAbort = () => watcher.wake();
      signal.addEventListener("abort", onAbort);
      try {
        while (!signal.aborted) {
          const next = watcher.queue.shift();
          if (next) yield next;
          else await new Promise<void>((resolve) => (watcher.wake = resolve));
        }
      } finally {
        signal.removeEventListener("abort", onAbort);
        watchers.delete(watcher);
      }
    },
  };
}
