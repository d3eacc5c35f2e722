import type { Clock } from "@/lib/kernel/clock";

const WINDOW_MS = 5_000;

export interface MeasuredProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
  /** Null while no rate could be measured. */
  readonly secondsLeft: number | null;
}

/** Turns byte counts, as they come, into a rate over the last seconds and the time left at that rate. */
export class ProgressMeter {
  readonly #clock: Clock;
  #samples: { readonly atMs: number; readonly bytes: number }[] = [];
  #done = 0;
  #total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(bytesTotal: number): void {
    this.#samples = [{ atMs: this.#clock.monotonicMs(), bytes: 0 }];
    this.#done = 0;
    this.#total = bytesTotal;
  }

  update(bytesDone: number, bytesTotal: number): void {
    this.#done = bytesDone;
    this.#total = Math.max(bytesTotal, bytesDone);
    const atMs = this.#clock.monotonicMs();
    const newest = this.#samples.at(-1);
    if (newest && atMs - newest.atMs < 100) return;
    this.#samples.push({ atMs, bytes: bytesDone });
    while (this.#samples.length > 2 && atMs - (this.#samples[1]?.atMs ?? atMs) >= WINDOW_MS) this.#samples.shift();
  }

  read(): MeasuredProgress {
    const oldest = this.#samples[0];
    const elapsedMs = oldest ? this.#clock.monotonicMs() - oldest.atMs : 0;
    const bytesPerSecond = oldest && elapsedMs > 0 ? Math.max(0, ((this.#done - oldest.bytes) * 1000) / elapsedMs) : 0;
    const left = Math.max(0, this.#total - this.#done);
    const secondsLeft = left === 0 ? 0 : bytesPerSecond > 0 ? left / bytesPerSecond : null;
    return { bytesDone: this.#done, bytesTotal: this.#total, bytesPerSecond, secondsLeft };
  }
}
