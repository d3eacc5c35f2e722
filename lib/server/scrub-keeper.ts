import type { OperationContext } from "@/lib/operations/context";
import { runDueScrubs } from "@/lib/operations/run-due-scrubs";

const LOOK_EVERY_MS = 10 * 60_000;

/** Has each vault's daily scrub begun when it is due, for as long as the server runs. */
export class ScrubKeeper {
  readonly #context: OperationContext;
  readonly #onTrouble: (error: unknown) => void;
  readonly #ending = new AbortController();
  #work: Promise<void> = Promise.resolve();

  constructor(context: OperationContext, onTrouble: (error: unknown) => void) {
    this.#context = context;
    this.#onTrouble = onTrouble;
  }

  start(): void {
    this.#work = this.#run();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#work;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await runDueScrubs(this.#context).catch(this.#onTrouble);
      await this.#context.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }
}
