import type { Clock } from "@/lib/kernel/clock";
import { Fault } from "@/lib/kernel/fault";

/** How long one call outlasts a vault that is away, so that a restart of the portal does not throw a run away. */
const PATIENCE_MS = 45_000;
const PAUSES_MS = [250, 500, 1_000, 2_000];

/** Repeats an idempotent call while what fails is passing. A full storage is not: that is the run's affair. */
export async function patiently<T>(clock: Clock, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  const deadline = clock.monotonicMs() + PATIENCE_MS;
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const passing = error instanceof Fault && error.retryable && error.code !== "StorageFull";
      if (!passing || clock.monotonicMs() > deadline) throw error;
      await clock.sleep(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 2_000, signal);
    }
  }
}
