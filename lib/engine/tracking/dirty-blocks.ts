import { assert } from "@/lib/kernel/assert";

/** The grain of change tracking and of the vault's blocks. 64 KiB measured best (docs/benchmarks.md). */
export const TRACKING_BLOCK_BYTES = 65_536;

/** One page of the bitmap: 4096 bytes, 32768 blocks, 2 GiB of disk. */
const PAGE_BLOCKS = 32_768;
const PAGE_BYTES = PAGE_BLOCKS / 8;

/**
 * A set of block indexes. Memory follows what is in it: a page of 4 KiB for every 2 GiB of disk with a member, so that
 * a log (which may be damaged or hostile) cannot make us allocate for a disk that it merely claims.
 */
export class DirtyBlocks implements Iterable<number> {
  readonly #pages = new Map<number, Uint8Array>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#count * TRACKING_BLOCK_BYTES;
  }

  has(blockIndex: number): boolean {
    const page = this.#pages.get(Math.floor(blockIndex / PAGE_BLOCKS));
    if (page === undefined) return false;
    const bit = blockIndex % PAGE_BLOCKS;
    return ((page[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }

  /** True when the block was not a member before. */
  add(blockIndex: number): boolean {
    assert(Number.isSafeInteger(blockIndex) && blockIndex >= 0, `a block index is a whole number: ${blockIndex}`);
    const pageIndex = Math.floor(blockIndex / PAGE_BLOCKS);
    let page = this.#pages.get(pageIndex);
    if (page === undefined) {
      page = new Uint8Array(PAGE_BYTES);
      this.#pages.set(pageIndex, page);
    }
    const bit = blockIndex % PAGE_BLOCKS;
    const old = page[bit >> 3] ?? 0;
    const mask = 1 << (bit & 7);
    if ((old & mask) !== 0) return false;
    page[bit >> 3] = old | mask;
    this.#count += 1;
    return true;
  }

  /** Adds every block that `lengthBytes` from `offsetBytes` touch. */
  addExtent(offsetBytes: number, lengthBytes: number): void {
    const { first, last } = blocksOf(offsetBytes, lengthBytes);
    for (let index = first; index <= last; index++) this.add(index);
  }

  hasExtent(offsetBytes: number, lengthBytes: number): boolean {
    const { first, last } = blocksOf(offsetBytes, lengthBytes);
    for (let index = first; index <= last; index++) if (!this.has(index)) return false;
    return true;
  }

  addAll(others: Iterable<number>): void {
    for (const index of others) this.add(index);
  }

  clear(): void {
    this.#pages.clear();
    this.#count = 0;
  }

  /** Ascending. */
  *[Symbol.iterator](): Iterator<number> {
    const pageIndexes = [...this.#pages.keys()].sort((a, b) => a - b);
    for (const pageIndex of pageIndexes) {
      const page = this.#pages.get(pageIndex);
      if (page === undefined) continue;
      for (let byteIndex = 0; byteIndex < PAGE_BYTES; byteIndex++) {
        const byte = page[byteIndex] ?? 0;
        if (byte === 0) continue;
        for (let bit = 0; bit < 8; bit++) {
          if ((byte & (1 << bit)) !== 0) yield pageIndex * PAGE_BLOCKS + byteIndex * 8 + bit;
        }
      }
    }
  }

  /** Ascending, unique. */
  toArray(): Uint32Array {
    const result = new Uint32Array(this.#count);
    let position = 0;
    for (const index of this) result[position++] = index;
    return result;
  }
}

/** The first and the last block that an extent touches; `last < first` for an empty one. */
export function blocksOf(offsetBytes: number, lengthBytes: number): { first: number; last: number } {
  const first = Math.floor(offsetBytes / TRACKING_BLOCK_BYTES);
  if (lengthBytes === 0) return { first, last: first - 1 };
  return { first, last: Math.floor((offsetBytes + lengthBytes - 1) / TRACKING_BLOCK_BYTES) };
}
