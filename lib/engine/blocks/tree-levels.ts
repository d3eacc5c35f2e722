import { assert } from "@/lib/kernel/assert";
import { isZeroId, type BlobId } from "./blob-id";
import type { BlockHasher } from "./block-hasher";
import { ID_BYTES, PAGE_BYTES, PAGE_CHILDREN } from "./block-size";
import { pageCount, type TreeShape } from "./tree-shape";

/** Where a page of an earlier tree comes from; null stands for a page of zero ids. */
export type EarlierPage = (level: number, index: number) => Promise<Buffer | null>;

export interface FinishedPage {
  readonly level: number;
  readonly index: number;
  readonly id: BlobId;
  readonly bytes: Buffer;
}

/**
 * The levels of a tree above its lowest pages. Lowest pages are given in any order with `setPage`; `finish` then makes
 * the pages above those that were given, and no others: what is not touched is taken over from `earlier` by id. Memory
 * is one page per 64 GiB of disk with a change.
 */
export class TreeLevels {
  readonly #shape: TreeShape;
  readonly #hasher: BlockHasher;
  readonly #earlier: EarlierPage;
  /** Touched pages of levels 2 and up, by level and index. */
  readonly #pages = new Map<number, Map<number, Buffer>>();
  #top: BlobId | null = null;

  constructor(shape: TreeShape, hasher: BlockHasher, earlier: EarlierPage) {
    this.#shape = shape;
    this.#hasher = hasher;
    this.#earlier = earlier;
  }

  async setPage(level: number, index: number, id: BlobId): Promise<void> {
    assert(index >= 0 && index < pageCount(this.#shape, level), `page ${index} is not in level ${level}`);
    if (level === this.#shape.height) {
      this.#top = id;
      return;
    }
    const parent = await this.#parentOf(level, index);
    id.copy(parent, (index % PAGE_CHILDREN) * ID_BYTES);
  }

  /** Makes the touched pages level by level, handing each to `store`; returns the top id, null if nothing was set. */
  async finish(store: (page: FinishedPage) => Promise<void>): Promise<BlobId | null> {
    for (let level = 2; level <= this.#shape.height; level++) {
      for (const [index, bytes] of this.#pages.get(level) ?? []) {
        const id = this.#hasher.pageId(level, bytes);
        if (!isZeroId(id)) await store({ level, index, id, bytes });
        await this.setPage(level, index, id);
      }
    }
    return this.#top;
  }

  async #parentOf(level: number, index: number): Promise<Buffer> {
    const parentIndex = Math.floor(index / PAGE_CHILDREN);
    let pages = this.#pages.get(level + 1);
    if (pages === undefined) this.#pages.set(level + 1, (pages = new Map<number, Buffer>()));
    let parent = pages.get(parentIndex);
    if (parent === undefined) {
      const earlier = await this.#earlier(level + 1, parentIndex);
      // Somebody else may have made it while we waited; theirs may already hold changes.
      parent = pages.get(parentIndex) ?? (earlier === null ? Buffer.alloc(PAGE_BYTES) : Buffer.from(earlier));
      pages.set(parentIndex, parent);
    }
    return parent;
  }
}

/** For a tree made from nothing. */
export const noEarlierPage: EarlierPage = async () => null;
