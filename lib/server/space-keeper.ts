import type { OperationContext } from "@/lib/operations/context";
import { reclaimDueVaults } from "@/lib/operations/space/reclaim-space";

const LOOK_EVERY_MS = 5 * 60_000;

/** Has the space of vaults reclaimed and counted every hour in which something changed, for as long as the server runs. */
export class SpaceKeeper {
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
      await reclaimDueVaults(this.#context, this.#onTrouble).catch(this.#onTrouble);
      await this.#context.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }
}
