import type { Clock } from "@/lib/kernel/clock";

/**
 * Time that passes only while everybody waits: a sleep ends when the event loop has gone idle for a few turns, and the
 * clock then stands at the instant that the sleeper asked for. Real input and output still take real time.
 */
export class TestClock implements Clock {
  private readonly sleepers: { at: number; wake: () => void }[] = [];
  private ticking = false;
  private behindMs = 0;

  constructor(private ms: number = Date.parse("2026-01-05T08:00:00.000Z")) {}

  now(): Date {
    return new Date(this.ms - this.behindMs);
  }

  /** The wall clock is set back; what has passed has passed. */
  stepBack(ms: number): void {
    this.behindMs += ms;
  }

  monotonicMs(): number {
    return this.ms;
  }

  advance(ms: number): void {
    this.ms += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    return new Promise((resolve, reject) => {
      const sleeper = { at: this.ms + ms, wake: done };
      const abort = () => {
        this.forget(sleeper);
        reject(reasonOf(signal));
      };
      function done() {
        signal?.removeEventListener("abort", abort);
        resolve();
      }
      signal?.addEventListener("abort", abort, { once: true });
      this.sleepers.push(sleeper);
      this.tick();
    });
  }

  private tick(): void {
    if (this.ticking) return;
    this.ticking = true;
    void this.passTime();
  }

  private async passTime(): Promise<void> {
    while (this.sleepers.length > 0) {
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const next = this.sleepers.reduce((a, b) => (b.at < a.at ? b : a), this.sleepers[0] ?? { at: 0, wake: () => {} });
      if (!this.sleepers.includes(next)) continue;
      this.forget(next);
      this.ms = Math.max(this.ms, next.at);
      next.wake();
    }
    this.ticking = false;
  }

  private forget(sleeper: { at: number; wake: () => void }): void {
    const index = this.sleepers.indexOf(sleeper);
    if (index >= 0) this.sleepers.splice(index, 1);
  }
}

function reasonOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error("aborted");
}
