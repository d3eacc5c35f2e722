import { careForOnDemandDisks } from "@/lib/operations/care-for-on-demand-disks";
import type { OperationContext } from "@/lib/operations/context";

const PAUSE_MS = 500;

/** Looks after disks that were started instantly, for as long as the server runs; the first look is what a restart needs. */
export class DiskCaretaker {
  readonly #context: OperationContext;
  readonly #onTrouble: (error: unknown, machineName: string) => void;
  readonly #ending = new AbortController();
  /** Said once until it changes: a trouble is met at every look. */
  readonly #troubled = new Map<string, string>();
  #work: Promise<void> = Promise.resolve();

  constructor(context: OperationContext, onTrouble: (error: unknown, machineName: string) => void) {
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
      try {
        await careForOnDemandDisks(this.#context, (error, machine) => this.#hear(error, machine));
      } catch (error) {
        this.#hear(error, "");
      }
      await this.#context.clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }

  #hear(error: unknown, machine: string): void {
    const text = String(error);
    if (this.#troubled.get(machine) === text) return;
    this.#troubled.set(machine, text);
    this.#onTrouble(error, machine);
  }
}
