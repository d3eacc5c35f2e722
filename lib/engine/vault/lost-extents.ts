import { isZeroId } from "../blocks/blob-id";
import { BLOCK_BYTES, PAGE_CHILDREN } from "../blocks/block-size";
import type { TreeShape } from "../blocks/tree-shape";
import { Fault } from "@/lib/kernel/fault";
import type { BlobReader } from "./blob-reader";
import { children } from "./tree-reader";
import { EXTENTS_MAX, type DamagedDisk, type LostExtent } from "./vault-check";
import type { VaultContext } from "./vault-faults";
import type { VaultIndex } from "./vault-index";

/** Names the pack in which a blob cannot be read ("" when no pack is known to hold it); null when it can. */
export type BlobLoss = (id: Buffer) => string | null;

/** Hears of everything that a point needs. */
export interface WalkObserver {
  /** A page that was found unreadable while walking, in a pack thought sound. */
  onBadPage(pack: string): void;
  onNeeded(packNumber: number): void;
}

/**
 * Finds what of a disk's tree is lost. What a page that cannot be read covers is lost as a whole: nobody knows what lay
 * there. Subtrees without a loss are remembered by id, so that points that share them are walked once.
 */
export class LossFinder {
  readonly #index: VaultIndex;
  readonly #blobs: BlobReader;
  readonly #lossOf: BlobLoss;
  readonly #observer: WalkObserver;
  readonly #whole = new Set<string>();

  constructor(index: VaultIndex, blobs: BlobReader, lossOf: BlobLoss, observer: WalkObserver) {
    this.#index = index;
    this.#blobs = blobs;
    this.#lossOf = lossOf;
    this.#observer = observer;
  }

  /** Null when the disk is whole. */
  async find(
    disk: { readonly diskId: string; readonly shape: TreeShape; readonly top: Buffer },
    context: VaultContext,
    signal?: AbortSignal,
  ): Promise<DamagedDisk | null> {
    const losses = new LossList(disk.shape);
    await this.#walk(disk.top, disk.shape.height, 0, { context, losses, signal });
    if (losses.isEmpty) return null;
    return { diskId: disk.diskId, virtualSizeBytes: disk.shape.virtualSizeBytes, ...losses.result() };
  }

  /** True when nothing below the page is lost. */
  async #walk(id: Buffer, level: number, index: number, walk: Walk): Promise<boolean> {
    if (isZeroId(id)) return true;
    const key = id.toString("latin1");
    if (this.#whole.has(key)) return true;
    walk.signal?.throwIfAborted();
    const blocksBelow = PAGE_CHILDREN ** level;
    const page = await this.#page(id, level, walk.context);
    if (typeof page === "string") {
      walk.losses.add(index * blocksBelow, blocksBelow, page);
      return false;
    }
    let whole = true;
    let child = index * PAGE_CHILDREN;
    for (const childId of children(page)) {
      const sound = level > 1 ? await this.#walk(childId, level - 1, child, walk) : this.#block(childId, child, walk);
      whole = whole && sound;
      child += 1;
    }
    if (whole) this.#whole.add(key);
    return whole;
  }

  #block(id: Buffer, index: number, { losses }: Walk): boolean {
    if (isZeroId(id)) return true;
    const pack = this.#lossOf(id);
    this.#needed(id);
    if (pack === null) return true;
    losses.add(index, 1, pack);
    return false;
  }

  /** The page, or the name of the pack in which it cannot be read. */
  async #page(id: Buffer, level: number, context: VaultContext): Promise<Buffer | string> {
    const lostIn = this.#lossOf(id);
    this.#needed(id);
    if (lostIn !== null) return lostIn;
    try {
      return await this.#blobs.page(id, level, context);
    } catch (error) {
      if (!(error instanceof Fault && error.code.startsWith("Vault"))) throw error;
      const pack = this.#index.locate(id)?.in.name ?? "";
      this.#observer.onBadPage(pack);
      return pack;
    }
  }

  #needed(id: Buffer): void {
    const place = this.#index.table.place(id);
    if (place !== null) this.#observer.onNeeded(place.pack);
  }
}

interface Walk {
  readonly context: VaultContext;
  readonly losses: LossList;
  readonly signal: AbortSignal | undefined;
}

/** Lost blocks, given in ascending order, as byte ranges of the disk. */
class LossList {
  readonly #shape: TreeShape;
  readonly #extents: { offsetBytes: number; lengthBytes: number }[] = [];
  readonly #objects = new Set<string>();
  #lostBytes = 0;

  constructor(shape: TreeShape) {
    this.#shape = shape;
  }

  get isEmpty(): boolean {
    return this.#lostBytes === 0;
  }

  add(firstBlock: number, count: number, object: string): void {
    const offsetBytes = firstBlock * BLOCK_BYTES;
    const lengthBytes = Math.min(count * BLOCK_BYTES, this.#shape.virtualSizeBytes - offsetBytes);
    this.#objects.add(object);
    this.#lostBytes += lengthBytes;
    const last = this.#extents.at(-1);
    if (last !== undefined && last.offsetBytes + last.lengthBytes === offsetBytes) last.lengthBytes += lengthBytes;
    else if (this.#extents.length < EXTENTS_MAX) this.#extents.push({ offsetBytes, lengthBytes });
  }

  result(): { extents: readonly LostExtent[]; lostBytes: number; objects: readonly string[] } {
    return { extents: this.#extents, lostBytes: this.#lostBytes, objects: [...this.#objects].sort() };
  }
}
