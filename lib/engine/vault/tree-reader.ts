import { isZeroId } from "../blocks/blob-id";
import { ID_BYTES, PAGE_CHILDREN } from "../blocks/block-size";
import type { TreeShape } from "../blocks/tree-shape";
import type { BlobReader } from "./blob-reader";
import type { VaultContext } from "./vault-faults";

/** One disk's stored tree. Pages of zero ids are null. */
export class TreeReader {
  readonly #reader: BlobReader;
  readonly #shape: TreeShape;
  readonly #top: Buffer;
  readonly #context: VaultContext;

  constructor(reader: BlobReader, shape: TreeShape, top: Buffer, context: VaultContext) {
    this.#reader = reader;
    this.#shape = shape;
    this.#top = top;
    this.#context = context;
  }

  /** Page `index` of `level` (1 is the lowest), reading the pages on the way from the top. */
  async page(level: number, index: number): Promise<Buffer | null> {
    const id = level === this.#shape.height ? this.#top : await this.#childId(level + 1, index);
    return id === null || isZeroId(id) ? null : this.#reader.page(id, level, this.#context);
  }

  /** The id of page `index` of `level`; zero for a page of zeros. */
  async pageId(level: number, index: number): Promise<Buffer | null> {
    return level === this.#shape.height ? this.#top : this.#childId(level + 1, index);
  }

  /** The lowest pages that are not all zero, in the order of the disk. */
  async *lowestPages(): AsyncGenerator<{ index: number; page: Buffer }> {
    yield* this.#below(this.#shape.height, 0, this.#top);
  }

  /** Every page id of the tree, depth first, `visit` deciding whether to go below it. */
  async visitPages(visit: (id: Buffer, level: number) => boolean): Promise<void> {
    const go = async (id: Buffer, level: number): Promise<void> => {
      if (isZeroId(id) || !visit(id, level) || level === 1) return;
      const page = await this.#reader.page(id, level, this.#context);
      for (const child of children(page)) await go(child, level - 1);
    };
    await go(this.#top, this.#shape.height);
  }

  async *#below(level: number, index: number, id: Buffer): AsyncGenerator<{ index: number; page: Buffer }> {
    if (isZeroId(id)) return;
    const page = await this.#reader.page(id, level, this.#context);
    if (level === 1) {
      yield { index, page };
      return;
    }
    let child = index * PAGE_CHILDREN;
    for (const childId of children(page)) yield* this.#below(level - 1, child++, childId);
  }

  async #childId(parentLevel: number, index: number): Promise<Buffer | null> {
    const parent = await this.page(parentLevel, Math.floor(index / PAGE_CHILDREN));
    if (parent === null) return null;
    const at = (index % PAGE_CHILDREN) * ID_BYTES;
    return parent.subarray(at, at + ID_BYTES);
  }
}

/** The ids in a page, as views of it. */
export function* children(page: Buffer): Generator<Buffer> {
  for (let at = 0; at < page.length; at += ID_BYTES) yield page.subarray(at, at + ID_BYTES);
}
