import type { Clock } from "@/lib/kernel/clock";

interface Parts {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly work: () => Promise<unknown>;
  readonly onTrouble: (error: unknown) => void;
}

/** Does something again and again for as long as the server runs: what is due is the work's own affair. */
export class RecurringWork {
  readonly #parts: Parts;
  readonly #ending = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, everyMs, work, onTrouble } = this.#parts;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await work().catch(onTrouble);
      await clock.sleep(everyMs, signal).catch(() => undefined);
    }
  }
}
