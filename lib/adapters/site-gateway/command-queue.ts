import type { Clock } from "@/lib/kernel/clock";
import type { Fault } from "@/lib/kernel/fault";
import type { SiteCommand, SiteCommandResult } from "@/lib/operations/ports/site-gateway";
import type { QueuedCommand } from "@/lib/site/protocol";

interface Waiting {
  readonly queued: QueuedCommand;
  fetched: boolean;
  readonly settle: (outcome: { result: SiteCommandResult } | { error: Fault }) => void;
}

/**
 * The commands of one host that have no answer yet, in memory: a command lives as long as the job that waits for it, and
 * a job that outlives this process sends it anew. The host says which commands it has in hand; the others are handed out
 * again, so that neither a lost answer nor a host that was killed with a command in hand leaves one lying.
 */
export class CommandQueue {
  readonly #waiting = new Map<string, Waiting>();
  readonly #arrivals = new Set<() => void>();

  /** @returns a promise of the host's answer, and the way to give up. */
  add(id: string, command: SiteCommand): CommandHandle {
    let settled = false;
    let settle: Waiting["settle"] = () => {};
    const result = new Promise<SiteCommandResult>((resolve, reject) => {
      settle = (outcome) => {
        if (settled) return;
        settled = true;
        this.#waiting.delete(id);
        if ("error" in outcome) reject(outcome.error);
        else resolve(outcome.result);
      };
    });
    const waiting: Waiting = { queued: { id, command }, fetched: false, settle };
    this.#waiting.set(id, waiting);
    for (const arrived of [...this.#arrivals]) arrived();
    return {
      result,
      wasFetched: () => waiting.fetched,
      fail: (error) => settle({ error }),
    };
  }

  /** Commands that the host does not have in hand; waits for the first one up to `waitMs`. */
  async fetch(known: ReadonlySet<string>, waitMs: number, clock: Clock, signal: AbortSignal): Promise<QueuedCommand[]> {
    const first = this.#take(known);
    if (first.length > 0 || waitMs === 0 || signal.aborted) return first;
    await this.#nextArrival(waitMs, clock, signal);
    return signal.aborted ? [] : this.#take(known);
  }

  /** False when nobody waits for it any more: the answer of a command whose job gave up. */
  finish(id: string, outcome: { result: SiteCommandResult } | { error: Fault }): boolean {
    const waiting = this.#waiting.get(id);
    waiting?.settle(outcome);
    return waiting !== undefined;
  }

  /** Whether a command for that item waits for its answer. */
  concerns(protectedItemId: string): boolean {
    return [...this.#waiting.values()].some(({ queued: { command } }) => {
      return "protectedItemId" in command && command.protectedItemId === protectedItemId;
    });
  }

  failAll(error: Fault): void {
    for (const waiting of [...this.#waiting.values()]) waiting.settle({ error });
  }

  #take(known: ReadonlySet<string>): QueuedCommand[] {
    const fresh = [...this.#waiting.values()].filter((waiting) => !known.has(waiting.queued.id));
    for (const waiting of fresh) waiting.fetched = true;
    return fresh.map((waiting) => waiting.queued);
  }

  async #nextArrival(waitMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const arrived = () => done.abort();
    this.#arrivals.add(arrived);
    signal.addEventListener("abort", arrived);
    try {
      await clock.sleep(waitMs, done.signal);
    } catch (error) {
      if (!done.signal.aborted) throw error;
    } finally {
      this.#arrivals.delete(arrived);
      signal.removeEventListener("abort", arrived);
    }
  }
}

export interface CommandHandle {
  readonly result: Promise<SiteCommandResult>;
  wasFetched(): boolean;
  fail(error: Fault): void;
}
