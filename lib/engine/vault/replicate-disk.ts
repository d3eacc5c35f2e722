import { Fault } from "@/lib/kernel/fault";
import { isZeroId, zeroId, type BlobId } from "../blocks/blob-id";
import type { BlockHasher } from "../blocks/block-hasher";
import { blockRuns, blocksOfRuns, runsBlockCount } from "../blocks/block-runs";
import { BLOCK_BYTES, PAGE_BYTES, PAGE_CHILDREN } from "../blocks/block-size";
import { noEarlierPage, TreeLevels } from "../blocks/tree-levels";
import { treeShape, type TreeShape } from "../blocks/tree-shape";
import type { Extent } from "../disk/disk";
import { imageChangedWhileReading } from "../tracking/log-faults";
import type { BlockUnit, BlockUnitResult, OpenBlockSource, SourceSpec } from "./block-workers";
import type { TreeReader } from "./tree-reader";

/** Blocks that one worker takes at a time: 16 MiB, so that two workers share even a small disk. */
const UNIT_BLOCKS = 256;
const PAGES_IN_FLIGHT = 4;

export interface DiskProgress {
  readonly bytesRead: number;
  readonly bytesTotal: number;
  /** Of the total, not read again: an interrupted attempt had. */
  readonly bytesKept: number;
  /** Read bytes that differ from the earlier point. */
  readonly changedBytes: number;
  /** Compressed and sealed bytes bound for the store: blocks that the vault has already cost none. */
  readonly storedBytes: number;
}

/** Lowest pages that an interrupted attempt at this very state of the disk has made, and where this one notes its own. */
export interface PageCheckpoint {
  /** Null: not made yet. Need not be right: the id is checked, and that the vault has every block. */
  made(pageIndex: number): { readonly id: Buffer; readonly page: Buffer } | null;
  note(pageIndex: number, id: Buffer, page: Buffer): void;
}

export interface ReplicateDiskRequest {
  readonly diskName: string;
  readonly source: SourceSpec;
  readonly virtualSizeBytes: number;
  /** The same disk in the previous point. With "allocated" it may be null, which repairs what the vault has lost. */
  readonly previousTop: { readonly root: Buffer; readonly top: Buffer } | null;
  /** "allocated" reads everything that may be other than zero; otherwise the indexes of the blocks that may differ. */
  readonly blocks: "allocated" | (Iterable<number> & { readonly count: number });
  readonly onProgress?: (progress: DiskProgress) => void;
  readonly signal?: AbortSignal;
  readonly checkpoint?: PageCheckpoint | undefined;
  /** Waits until so many bytes more may be read. */
  readonly pace?: ((bytes: number) => Promise<void>) | undefined;
}

export interface ReplicatedDisk {
  readonly root: Buffer;
  readonly top: BlobId;
  readonly stats: DiskProgress;
}

/** What a disk's replication needs of its run. */
export interface DiskRun {
  readonly machineName: string;
  readonly hasher: BlockHasher;
  /** Throws the failure of an upload. */
  check(): void;
  openSource(spec: SourceSpec): OpenBlockSource;
  earlierTree(shape: TreeShape, top: Buffer): TreeReader;
  process(unit: Omit<BlockUnit, "run" | "segments">, signal: AbortSignal | undefined): Promise<BlockUnitResult>;
  /** Stores a page unless the vault has it; returns the sealed bytes. The page must not be altered afterwards. */
  storePage(id: Buffer, page: Buffer): Promise<number>;
  /** Whether every block that the page names is in the vault and may be relied on; then the run relies on them. */
  holdsBlocksOf(page: Buffer): boolean;
}

interface PageWork {
  readonly index: number;
  readonly blocks: Uint32Array;
}

/** One disk of a run: units to the workers, pages of ids back, then the tree above them. */
export class DiskReplication {
  readonly #run: DiskRun;
  readonly #request: ReplicateDiskRequest;
  readonly #shape: TreeShape;
  readonly #earlier: TreeReader | null;
  readonly #levels: TreeLevels;
  readonly #hasher: BlockHasher;
  #source: SourceSpec;
  readonly #stats = { bytesRead: 0, bytesTotal: 0, bytesKept: 0, changedBytes: 0, storedBytes: 0 };

  constructor(run: DiskRun, request: ReplicateDiskRequest) {
    this.#run = run;
    this.#request = request;
    this.#source = request.source;
    this.#shape = treeShape(request.virtualSizeBytes);
    this.#hasher = run.hasher;
    this.#earlier = this.#openEarlier();
    const earlier = this.#earlier;
    const inherits = request.blocks !== "allocated" && earlier !== null;
    const inherited = inherits ? (level: number, index: number) => earlier.page(level, index) : noEarlierPage;
    this.#levels = new TreeLevels(this.#shape, run.hasher, inherited);
  }

  async replicate(): Promise<ReplicatedDisk> {
    const { blocks, source } = this.#inspect();
    this.#source = source;
    this.#stats.bytesTotal = blocks.count * BLOCK_BYTES;
    this.#report();
    await this.#processPages(pagesOf(blocks.indexes));
    const made = await this.#levels.finish(async ({ id, bytes }) => {
      this.#stats.storedBytes += await this.#run.storePage(id, bytes);
    });
    const unchanged = this.#request.blocks === "allocated" ? null : (this.#request.previousTop?.top ?? null);
    const top = made ?? unchanged ?? zeroId();
    this.#report();
    return { root: this.#hasher.root(this.#shape.virtualSizeBytes, top), top, stats: { ...this.#stats } };
  }

  /** What there is to read, and the source with the identity that every worker must find. */
  #inspect(): { blocks: { count: number; indexes: Iterable<number> }; source: SourceSpec } {
    const { blocks, source, virtualSizeBytes } = this.#request;
    const view = this.#run.openSource(source);
    try {
      // It had that size at the cut: somebody else has resized the image since.
      if (view.virtualSizeBytes !== virtualSizeBytes) throw imageChangedWhileReading(source.imagePath);
      const pinned = view.identity === undefined ? source : { ...source, identity: view.identity };
      return {
        blocks: blocks === "allocated" ? this.#allocated(view.allocatedExtents()) : this.#listed(blocks),
        source: pinned,
      };
    } finally {
      view.close();
    }
  }

  #allocated(extents: readonly Extent[]): { count: number; indexes: Iterable<number> } {
    const runs = blockRuns(extents, this.#shape);
    return { count: runsBlockCount(runs), indexes: blocksOfRuns(runs) };
  }

  #listed(blocks: Iterable<number> & { readonly count: number }): { count: number; indexes: Iterable<number> } {
    return { count: blocks.count, indexes: blocks };
  }

  #openEarlier(): TreeReader | null {
    const { previousTop, virtualSizeBytes, blocks } = this.#request;
    const sameSize =
      previousTop !== null && this.#hasher.root(virtualSizeBytes, previousTop.top).equals(previousTop.root);
    if (sameSize) return this.#run.earlierTree(this.#shape, previousTop.top);
    if (blocks === "allocated") return null;
    throw new Fault({
      code: "ResynchronizationRequired",
      message: `Disk ${this.#request.diskName} of ${this.#run.machineName} cannot be replicated by its changes alone: its previous state has another size or is unknown.`,
      possibleCauses: "The disk was resized or replaced since the last recovery point.",
      recommendedAction: "Resynchronize the machine: the whole disk is read, and only what differs is stored.",
    });
  }

  /** Some pages at a time, so that workers never wait for a page to be closed; the first error ends it. */
  async #processPages(pages: Iterable<PageWork>): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    try {
      for (const page of pages) {
        this.#request.signal?.throwIfAborted();
        this.#run.check();
        const work = this.#processPage(page);
        inFlight.add(work);
        void work.then(
          () => inFlight.delete(work),
          () => undefined,
        );
        if (inFlight.size >= PAGES_IN_FLIGHT) await Promise.race(inFlight);
      }
      await Promise.all(inFlight);
      this.#request.signal?.throwIfAborted();
    } finally {
      // No unit may be under way when the run is finished or discarded.
      await Promise.allSettled(inFlight);
    }
  }

  async #processPage(work: PageWork): Promise<void> {
    if (!(await this.#keepPage(work))) await this.#makePage(work);
  }

  /** Takes over what an interrupted attempt made of the page, when all of it is there. */
  async #keepPage({ index, blocks }: PageWork): Promise<boolean> {
    const made = this.#request.checkpoint?.made(index);
    if (!made || made.page.length !== PAGE_BYTES) return false;
    const { id, page } = made;
    if (!this.#hasher.pageId(1, page).equals(id) || !this.#run.holdsBlocksOf(page)) return false;
    if (!isZeroId(id)) this.#stats.storedBytes += await this.#run.storePage(Buffer.from(id), page);
    await this.#levels.setPage(1, index, Buffer.from(id));
    this.#stats.bytesKept += blocks.length * BLOCK_BYTES;
    this.#report();
    return true;
  }

  async #makePage({ index, blocks }: PageWork): Promise<void> {
    const earlier = this.#earlier === null ? null : await this.#earlier.page(1, index);
    const earlierIds = earlier === null ? null : sharedCopy(earlier);
    const inherits = this.#request.blocks !== "allocated" && earlier !== null;
    const pageIds = inherits ? sharedCopy(earlier) : new SharedArrayBuffer(PAGE_BYTES);
    const units = [];
    for (let at = 0; at < blocks.length; at += UNIT_BLOCKS) {
      units.push(this.#processUnit(blocks.subarray(at, at + UNIT_BLOCKS), earlierIds, pageIds));
    }
    await allOrFirstError(units);
    const bytes = Buffer.alloc(PAGE_BYTES);
    bytes.set(new Uint8Array(pageIds));
    const id = this.#hasher.pageId(1, bytes);
    const same = earlier !== null && earlier.equals(bytes);
    if (!same && !isZeroId(id)) this.#stats.storedBytes += await this.#run.storePage(id, bytes);
    this.#request.checkpoint?.note(index, id, bytes);
    await this.#levels.setPage(1, index, id);
  }

  async #processUnit(blocks: Uint32Array, earlier: SharedArrayBuffer | null, page: SharedArrayBuffer): Promise<void> {
    const { virtualSizeBytes, signal } = this.#request;
    const source = this.#source;
    // A copy: `blocks` may be a view, and a view is sent to a thread with everything behind it.
    const unit = { source, virtualSizeBytes, blocks: blocks.slice(), earlier, page };
    await this.#request.pace?.(blocks.length * BLOCK_BYTES);
    const result = await this.#run.process(unit, signal);
    this.#stats.bytesRead += result.bytesRead;
    this.#stats.changedBytes += result.changedBytes;
    this.#stats.storedBytes += result.storedBytes;
    this.#report();
  }

  #report(): void {
    this.#request.onProgress?.({ ...this.#stats });
  }
}

/** Block indexes, ascending, gathered by lowest page. */
function* pagesOf(indexes: Iterable<number>): Generator<PageWork> {
  const blocks = new Uint32Array(PAGE_CHILDREN);
  let count = 0;
  let page = -1;
  for (const index of indexes) {
    const owner = Math.floor(index / PAGE_CHILDREN);
    if (owner !== page) {
      if (count > 0) yield { index: page, blocks: blocks.slice(0, count) };
      page = owner;
      count = 0;
    }
    blocks[count++] = index;
  }
  if (count > 0) yield { index: page, blocks: blocks.slice(0, count) };
}

function sharedCopy(page: Buffer): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(PAGE_BYTES);
  new Uint8Array(shared).set(page);
  return shared;
}

/** Waits for all, also after a failure: the caller may then be sure that nothing is under way. */
async function allOrFirstError(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
