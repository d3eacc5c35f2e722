import { assert } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import type {
  BlockUnit,
  BlockUnitResult,
  BlockWorkers,
  BlockWorkersSetup,
  StartBlockWorkers,
} from "@/lib/engine/vault/block-workers";
import { EngineThread, startThread, type StartedThread } from "./engine-thread";
import { programPath } from "./program-path";

export interface ThreadWorkersOptions {
  /** Two are twice as fast as one; on two cores a third adds nothing. */
  readonly threadCount?: number;
  /** The bundled replication.worker; found beside the running program when not given. */
  readonly program?: string;
  readonly niceness?: number;
  /** How many threads to start before there is work for them, and when; the others each when there is. */
  readonly early?: { readonly count: number; readonly after: Promise<unknown> };
}

/** Replication on worker threads, which open the sources themselves. A thread that dies is replaced at the next unit. */
export function threadWorkers(options: ThreadWorkersOptions = {}): StartBlockWorkers {
  const program = options.program ?? programPath("replication.worker.mjs");
  const threadCount = options.threadCount ?? 2;
  const started: StartedThread[] = [];
  let isWanted = false;
  const startEarly = (): void => {
    // Whoever wanted one before has started his own.
    const count = isWanted ? 0 : Math.min(options.early?.count ?? 0, threadCount);
    for (let nth = 0; nth < count; nth += 1) started.push(startThread(program));
  };
  options.early?.after.then(startEarly, () => undefined);
  const start = () => {
    isWanted = true;
    return started.shift() ?? startThread(program);
  };
  return (setup) => new ThreadWorkers(setup, start, threadCount, options.niceness ?? null);
}

class ThreadWorkers implements BlockWorkers {
  readonly #setup: BlockWorkersSetup;
  readonly #start: () => StartedThread;
  readonly #niceness: number | null;
  readonly #threads: (EngineThread | null)[];
  /** Which threads have worked for a run; a run whose thread died has lost blocks that it believes to be packed. */
  readonly #runs = new Map<number, Set<EngineThread>>();

  constructor(setup: BlockWorkersSetup, start: () => StartedThread, threadCount: number, niceness: number | null) {
    this.#setup = setup;
    this.#start = start;
    this.#niceness = niceness;
    this.#threads = Array.from({ length: threadCount }, () => null);
  }

  async process(unit: BlockUnit): Promise<BlockUnitResult> {
    const thread = this.#leastBusy();
    let threads = this.#runs.get(unit.run);
    if (threads === undefined) this.#runs.set(unit.run, (threads = new Set()));
    threads.add(thread);
    return thread.process(unit);
  }

  async finishRun(run: number): Promise<void> {
    const threads = [...(this.#runs.get(run) ?? [])];
    // All at once and all awaited: the first error must not leave another thread's packs on their way.
    const ends = await Promise.allSettled(threads.map((thread) => thread.end("finish", run)));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
    this.#runs.delete(run);
  }

  async discardRun(run: number): Promise<void> {
    const threads = [...(this.#runs.get(run) ?? [])].filter((thread) => !thread.dead);
    this.#runs.delete(run);
    const ends = await Promise.allSettled(threads.map((thread) => thread.end("discard", run)));
    // A thread that died meanwhile has discarded everything.
    for (const end of ends) if (end.status === "rejected" && !diedMeanwhile(end.reason)) throw end.reason;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(async (thread) => thread?.close()));
  }

  /** The first of the idle ones, so that a small delta stays in one thread and makes one pack. */
  #leastBusy(): EngineThread {
    let best: EngineThread | null = null;
    for (const [at, candidate] of this.#threads.entries()) {
      if (candidate !== null && !candidate.dead && candidate.busy > 0) {
        if (best === null || candidate.busy < best.busy) best = candidate;
        continue;
      }
      if (candidate !== null && !candidate.dead) return candidate;
      return (this.#threads[at] = new EngineThread(this.#start(), this.#setup, this.#niceness));
    }
    assert(best !== null, "there is at least one thread");
    return best;
  }
}

function diedMeanwhile(error: unknown): boolean {
  return error instanceof Fault && error.code === "EngineThreadDied";
}
