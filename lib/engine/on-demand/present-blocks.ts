import { assert } from "@/lib/kernel/assert";
import { addBlock, type BlockRun, type GrowingRuns } from "../blocks/block-runs";

/** Which blocks of a disk are in its image already: one bit each, block 0 the lowest bit of byte 0. */
export class PresentBlocks {
  readonly bits: Uint8Array;
  readonly #blockCount: number;

  constructor(blockCount: number, bits = new Uint8Array(Math.ceil(blockCount / 8))) {
    assert(bits.length === Math.ceil(blockCount / 8), "a map of another disk's size");
    this.bits = bits;
    this.#blockCount = blockCount;
  }

  has(index: number): boolean {
    return (((this.bits[index >>> 3] ?? 0) >>> (index & 7)) & 1) === 1;
  }

  add(index: number): void {
    assert(index >= 0 && index < this.#blockCount, `block ${index} is outside the disk`);
    this.bits[index >>> 3] = (this.bits[index >>> 3] ?? 0) | (1 << (index & 7));
  }

  addRuns(runs: readonly BlockRun[]): void {
    for (const run of runs) for (let index = run.first; index < run.end; index++) this.add(index);
  }

  clear(): void {
    this.bits.fill(0);
  }

  /** The present blocks from `first` up to `end`, as runs. */
  runs(first: number, end: number): BlockRun[] {
    const runs: GrowingRuns = [];
    for (let index = first; index < Math.min(end, this.#blockCount); index++) {
      if (this.has(index)) addBlock(runs, index);
    }
    return runs;
  }
}
