import type { Clock } from "@/lib/kernel/clock";

/** A changed limit must not wait for a sleep that was measured by the old one. */
const NAP_MS = 250;
/** What may be taken at once after a pause. Small, so that the rate holds over seconds already. */
const BURST_SECONDS = 0.1;

/**
 * A token bucket that all uploads of a host share: first come, first served, so that no thread starves. The bucket may run
 * into debt by one taking, which the next one waits for; over a transfer the rate is the limit.
 */
export class Throttle {
  readonly #clock: Clock;
  #bytesPerSecond: number | null = null;
  #balance = 0;
  #filledAtMs: number;
  #turn: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAtMs = clock.monotonicMs();
  }

  get bytesPerSecond(): number | null {
    return this.#bytesPerSecond;
  }

  /** Null: no limit. */
  limitTo(bytesPerSecond: number | null): void {
    if (bytesPerSecond === this.#bytesPerSecond) return;
    this.#refill();
    this.#bytesPerSecond = bytesPerSecond;
    this.#balance = Math.min(0, this.#balance);
  }

  /** Resolves when `bytes` may be sent; rejects with the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<void> {
    const turn = this.#turn.then(() => this.#takeNow(bytes, signal));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #takeNow(bytes: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      this.#refill();
      if (this.#bytesPerSecond === null) return;
      if (this.#balance >= 0) break;
      const waitMs = Math.ceil((-this.#balance * 1_000) / this.#bytesPerSecond);
      await this.#clock.sleep(Math.min(Math.max(waitMs, 1), NAP_MS), signal);
    }
    this.#balance -= bytes;
  }

  #refill(): void {
    const now = this.#clock.monotonicMs();
    const elapsedSeconds = (now - this.#filledAtMs) / 1_000;
    this.#filledAtMs = now;
    if (this.#bytesPerSecond === null) {
      this.#balance = 0;
      return;
    }
    const burst = this.#bytesPerSecond * BURST_SECONDS;
    this.#balance = Math.min(burst, this.#balance + elapsedSeconds * this.#bytesPerSecond);
  }
}
