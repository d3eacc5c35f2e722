import type { Extent } from "../disk/disk";
import { BLOCK_BYTES } from "./block-size";
import type { TreeShape } from "./tree-shape";

/** Consecutive blocks: `first` up to and without `end`. */
export interface BlockRun {
  readonly first: number;
  readonly end: number;
}

/** Runs that are being made, block by block in ascending order. */
export type GrowingRuns = { first: number; end: number }[];

export function addBlock(runs: GrowingRuns, blockIndex: number): void {
  const last = runs.at(-1);
  if (last?.end === blockIndex) last.end += 1;
  else runs.push({ first: blockIndex, end: blockIndex + 1 });
}

/** Extents as runs of whole blocks, ascending and merged: two extents may touch one block. */
export function blockRuns(extents: readonly Extent[], shape: TreeShape): BlockRun[] {
  const runs: { first: number; end: number }[] = [];
  for (const { offsetBytes, lengthBytes } of extents) {
    if (lengthBytes === 0) continue;
    const first = Math.floor(offsetBytes / BLOCK_BYTES);
    const end = Math.min(Math.ceil((offsetBytes + lengthBytes) / BLOCK_BYTES), shape.blockCount);
    const last = runs.at(-1);
    if (last !== undefined && first <= last.end) last.end = Math.max(last.end, end);
    else if (first < end) runs.push({ first, end });
  }
  return runs;
}

export function runsBlockCount(runs: readonly BlockRun[]): number {
  return runs.reduce((sum, run) => sum + run.end - run.first, 0);
}

export function* blocksOfRuns(runs: readonly BlockRun[]): Generator<number> {
  for (const run of runs) for (let index = run.first; index < run.end; index++) yield index;
}
