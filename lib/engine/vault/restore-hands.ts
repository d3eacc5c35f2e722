import type { BlockRun } from "../blocks/block-runs";
import type { WantedBlock } from "./blob-reader";

/**
 * Helpers of a restore, usually in threads of their own. All calls may run at the same time; `path` is the flat image being
 * made, blocks lie at their offsets. Faults: those of reading the vault and of the file system.
 * Implementation: adapters/engine-workers/thread-hands.
 */
export interface RestoreHands {
  /** How many calls of `write` and `hash` are worth having under way. */
  readonly appetite: number;
  /** Reads the blocks from the vault, checks each against its id, writes them into the image. */
  write(path: string, wanted: readonly WantedBlock[]): Promise<void>;
  /** The ids of the run's blocks as the image holds them, one after the other, 32 bytes each. */
  hash(path: string, run: BlockRun): Promise<Buffer>;
  /** Durable when it resolves, as far as it was written when it was called. */
  sync(path: string): Promise<void>;
}

/** Starts `work` for each unit, at most `ahead` at the same time; gives the results in the units' order. */
export async function* inOrder<Unit, Result>(
  units: Iterable<Unit> | AsyncIterable<Unit>,
  ahead: number,
  work: (unit: Unit) => Promise<Result>,
): AsyncGenerator<readonly [Unit, Result]> {
  const pending: { unit: Unit; result: Promise<Result> }[] = [];
  try {
    for await (const unit of units) {
      const result = work(unit);
      // Looked at when its turn comes; a failure before that must not count as one that nobody handles.
      result.catch(() => undefined);
      pending.push({ unit, result });
      if (pending.length >= ahead) yield* next(pending);
    }
    while (pending.length > 0) yield* next(pending);
  } finally {
    // Nothing may be under way when the caller goes on, for instance to remove the file.
    await Promise.allSettled(pending.map(({ result }) => result));
  }
}

async function* next<Unit, Result>(
  pending: { unit: Unit; result: Promise<Result> }[],
): AsyncGenerator<readonly [Unit, Result]> {
  const first = pending[0];
  if (first === undefined) return;
  const result = await first.result;
  pending.shift();
  yield [first.unit, result];
}
