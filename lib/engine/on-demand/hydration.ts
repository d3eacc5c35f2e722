import { Buffer } from "node:buffer";
import { Fault } from "@/lib/kernel/fault";
import { isZeroId } from "../blocks/blob-id";
import { addBlock, type BlockRun, type GrowingRuns } from "../blocks/block-runs";
import { BLOCK_BYTES, ID_BYTES, PAGE_CHILDREN } from "../blocks/block-size";
import { blockLengthBytes, type TreeShape } from "../blocks/tree-shape";
import type { Disk } from "../disk/disk";
import type { RandomAccessFile } from "../disk/random-access-file";
import type { WantedBlock } from "../vault/blob-reader";
import { readBack, runsBytes } from "../vault/read-back";
import { children, type TreeReader } from "../vault/tree-reader";
import type { VaultContext } from "../vault/vault-faults";
import { treeOfDisk, type VaultReader } from "../vault/vault-reader";
import { openHydrationFiles, type HydrationTarget } from "./hydration-files";
import { writeOnDemandState, type HydratedDisk, type OnDemandState } from "./on-demand-files";
import type { PresentBlocks } from "./present-blocks";

/** Fetched beyond what was asked for: guests read on. */
const READ_AHEAD_BLOCKS = 16;
/** What the background fetches at a time; a guest that asks meanwhile waits for no more than this. */
const CHUNK_BLOCKS = 16;
/** A guest that asked so lately is still reading: the background then goes slowly, a chunk per pause. */
const GUEST_QUIET_MS = 150;
const PAUSE_MS = 25;

export interface HydrationProgress {
  readonly phase: "counting" | "hydrating" | "verifying" | "hydrated";
  /** Of the phase. */
  readonly bytesDone: number;
  /** Null while it is being counted. */
  readonly bytesTotal: number | null;
  /** Blocks that a guest waited for, in bytes. */
  readonly bytesDemanded: number;
}

export interface HydrationRequest extends HydrationTarget {
  readonly vault: VaultReader;
  readonly context: VaultContext;
}

/**
 * The vault's side of a disk that is used before it is whole: fetches what a guest asks for at once, everything else behind
 * that, beginning where the guest has been; then reads the image back and compares its root with the point's. Every block
 * is checked against the point's tree when it is fetched. The image is written by nobody else until it is proven.
 */
export class Hydration {
  readonly #request: HydrationRequest;
  readonly #tree: TreeReader;
  readonly #shape: TreeShape;
  readonly #image: Disk;
  readonly #presentFile: RandomAccessFile;
  readonly #present: PresentBlocks;
  #state: OnDemandState;
  /** Lowest pages where the guest has been, most recent last. */
  readonly #visited = new Set<number>();
  readonly #demands = new Set<Promise<unknown>>();
  #lastDemandMs = -Infinity;
  #bytesDemanded = 0;
  #progress: Omit<HydrationProgress, "bytesDemanded"> = { phase: "counting", bytesDone: 0, bytesTotal: null };
  #closed = false;

  /** Repeatable: continues what an earlier process has left. Faults: those of the file system, StorageFull. */
  constructor(request: HydrationRequest) {
    this.#request = request;
    const { tree, shape } = treeOfDisk(request.vault, request.disk, request.context);
    this.#tree = tree;
    this.#shape = shape;
    const files = openHydrationFiles(request, shape);
    this.#state = files.state;
    this.#image = files.image;
    this.#presentFile = files.presentFile;
    this.#present = files.present;
  }

  get progress(): HydrationProgress {
    return { ...this.#progress, bytesDemanded: this.#bytesDemanded };
  }

  /** Sees to it that the blocks are in the image; the runs thereabouts that are. Faults: those of reading the vault. */
  async want(firstBlock: number, blockCount: number): Promise<readonly BlockRun[]> {
    const end = Math.min(firstBlock + blockCount, this.#shape.blockCount);
    if (this.#state.hydrated !== null) return [{ first: 0, end: this.#shape.blockCount }];
    this.#lastDemandMs = this.#request.clock.monotonicMs();
    const demand = this.#fill(firstBlock, Math.min(end + READ_AHEAD_BLOCKS, this.#shape.blockCount));
    this.#demands.add(demand);
    try {
      this.#bytesDemanded += await demand;
    } finally {
      this.#demands.delete(demand);
    }
    this.#visit(Math.floor(firstBlock / PAGE_CHILDREN));
    const pageStart = Math.floor(firstBlock / PAGE_CHILDREN) * PAGE_CHILDREN;
    return this.#present.runs(pageStart, Math.ceil(end / PAGE_CHILDREN) * PAGE_CHILDREN);
  }

  /**
   * Completes and proves the image; resolves with the proof, which is then in the state, too. A page that reads back wrong
   * is fetched once more. Faults: those of reading the vault, StorageFull, RestoredDiskDiffers.
   */
  async run(signal: AbortSignal): Promise<HydratedDisk> {
    if (this.#state.hydrated !== null) return this.#finished(this.#state.hydrated);
    const startedMs = this.#request.clock.monotonicMs();
    const { runs, pages } = await this.#count(signal);
    await this.#fetchAll(runs, pages, signal);
    let proof = await this.#prove(runs, signal);
    if (proof === null) {
      this.#forgetAll();
      await this.#fetchAll(runs, pages, signal);
      proof = await this.#prove(runs, signal);
    }
    if (proof === null) throw this.#differs();
    const seconds = (this.#request.clock.monotonicMs() - startedMs) / 1_000;
    const hydrated = {
      ...proof,
      bytesWritten: runsBytes(runs, this.#shape),
      seconds,
      at: this.#request.clock.now().toISOString(),
    };
    this.#state = { ...this.#state, hydrated };
    writeOnDemandState(this.#request.fileSystem, this.#request.imagePath, this.#state);
    return this.#finished(hydrated);
  }

  /** What is under way ends with an error of its own; the files stay, to be continued. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#image.close();
    this.#presentFile.close();
  }

  #finished(hydrated: HydratedDisk): HydratedDisk {
    this.#progress = { phase: "hydrated", bytesDone: hydrated.bytesWritten, bytesTotal: hydrated.bytesWritten };
    return hydrated;
  }

  /** The blocks that hold data, and the lowest pages that name them: the tree is read, no data. */
  async #count(signal: AbortSignal): Promise<{ runs: BlockRun[]; pages: number[] }> {
    const runs: GrowingRuns = [];
    const pages: number[] = [];
    for await (const { index, page } of this.#tree.lowestPages()) {
      signal.throwIfAborted();
      await this.#giveWay(signal);
      pages.push(index);
      let block = index * PAGE_CHILDREN;
      for (const id of children(page)) {
        if (!isZeroId(id)) addBlock(runs, block);
        block += 1;
      }
    }
    return { runs, pages };
  }

  async #fetchAll(runs: readonly BlockRun[], pages: readonly number[], signal: AbortSignal): Promise<void> {
    const bytesTotal = runsBytes(runs, this.#shape);
    let left = 0;
    for (const run of runs)
      for (let block = run.first; block < run.end; block++) left += this.#present.has(block) ? 0 : 1;
    this.#progress = { phase: "hydrating", bytesDone: Math.max(0, bytesTotal - left * BLOCK_BYTES), bytesTotal };
    const waiting = new Set(pages);
    while (waiting.size > 0) {
      const page = this.#nextPage(waiting);
      waiting.delete(page);
      const end = Math.min((page + 1) * PAGE_CHILDREN, this.#shape.blockCount);
      for (let first = page * PAGE_CHILDREN; first < end; first += CHUNK_BLOCKS) {
        signal.throwIfAborted();
        await this.#giveWay(signal);
        const startedMs = this.#request.clock.monotonicMs();
        const fetched = await this.#fill(first, Math.min(first + CHUNK_BLOCKS, end));
        // Half of the time at most: the guests that run from these disks want the processor, too.
        if (fetched > 0) await this.#request.clock.sleep(this.#request.clock.monotonicMs() - startedMs, signal);
      }
    }
    // A guest's request may still be writing blocks; nothing may touch the image once it is read back.
    await Promise.allSettled([...this.#demands]);
  }

  /** Where the guest has been lately, then in the order of the disk. */
  #nextPage(waiting: ReadonlySet<number>): number {
    for (const page of [...this.#visited].reverse()) {
      this.#visited.delete(page);
      if (waiting.has(page)) return page;
    }
    const [first = 0] = waiting;
    return first;
  }

  #visit(page: number): void {
    this.#visited.delete(page);
    this.#visited.add(page);
  }

  async #giveWay(signal: AbortSignal): Promise<void> {
    const { clock } = this.#request;
    while (this.#demands.size > 0) await Promise.allSettled([...this.#demands]);
    if (clock.monotonicMs() - this.#lastDemandMs < GUEST_QUIET_MS) await clock.sleep(PAUSE_MS, signal);
  }

  /** Fetches what is missing from `first` up to `end`; the bytes that were. */
  async #fill(first: number, end: number): Promise<number> {
    let fetched = 0;
    for (let page = Math.floor(first / PAGE_CHILDREN); page * PAGE_CHILDREN < end; page++) {
      const pageStart = page * PAGE_CHILDREN;
      fetched += await this.#fillPage(page, Math.max(first, pageStart), Math.min(end, pageStart + PAGE_CHILDREN));
    }
    return fetched;
  }

  async #fillPage(pageIndex: number, first: number, end: number): Promise<number> {
    if (this.#present.runs(first, end).some((run) => run.first === first && run.end === end)) return 0;
    const ids = await this.#tree.page(1, pageIndex);
    const pageEnd = Math.min((pageIndex + 1) * PAGE_CHILDREN, this.#shape.blockCount);
    const wanted: WantedBlock[] = [];
    const zeros: number[] = [];
    for (let block = pageIndex * PAGE_CHILDREN; block < pageEnd; block++) {
      const at = (block % PAGE_CHILDREN) * ID_BYTES;
      const id = ids?.subarray(at, at + ID_BYTES);
      // A hole of the image reads as zeros: nothing need be fetched.
      if (id === undefined || isZeroId(id)) zeros.push(block);
      else if (block >= first && block < end && !this.#present.has(block)) wanted.push({ id, blockIndex: block });
    }
    await this.#fetch(wanted);
    const news = wanted.filter(({ blockIndex }) => !this.#present.has(blockIndex)).length;
    for (const { blockIndex } of wanted) this.#present.add(blockIndex);
    for (const block of zeros) this.#present.add(block);
    this.#savePresent(pageIndex);
    if (this.#progress.phase === "hydrating") {
      this.#progress = { ...this.#progress, bytesDone: this.#progress.bytesDone + news * BLOCK_BYTES };
    }
    return news * BLOCK_BYTES;
  }

  async #fetch(wanted: readonly WantedBlock[]): Promise<void> {
    const { vault, context } = this.#request;
    const write = (block: number, bytes: Buffer) =>
      this.#image.write(block * BLOCK_BYTES, bytes.subarray(0, blockLengthBytes(this.#shape, block)));
    try {
      await vault.blobs.blocks(wanted, context, write);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "VaultPackMissing") throw error;
      // A sweep may have moved the blocks since the index was read.
      await vault.index.refresh(vault.store, { checkPacks: true });
      await vault.blobs.blocks(wanted, context, write);
    }
  }

  /** After the data, so that a block that is noted is there. */
  #savePresent(pageIndex: number): void {
    const bytesPerPage = PAGE_CHILDREN / 8;
    const from = pageIndex * bytesPerPage;
    this.#presentFile.write(from, this.#present.bits.subarray(from, from + bytesPerPage));
  }

  #forgetAll(): void {
    this.#present.clear();
    this.#presentFile.write(0, Buffer.from(this.#present.bits));
  }

  async #prove(
    runs: readonly BlockRun[],
    signal: AbortSignal,
  ): Promise<Pick<HydratedDisk, "root" | "bytesVerified" | "holesProvenBy"> | null> {
    this.#image.sync();
    const { fileSystem, imagePath, disk, vault } = this.#request;
    return readBack({
      ...{ fileSystem, path: imagePath, disk, written: runs, shape: this.#shape, keys: vault.keys, signal },
      onProgress: (bytesDone, bytesTotal) => (this.#progress = { phase: "verifying", bytesDone, bytesTotal }),
    });
  }

  #differs(): Fault {
    const { context, imagePath, disk } = this.#request;
    return new Fault({
      code: "RestoredDiskDiffers",
      message: `Disk ${disk.diskId} of ${context.machine}, recovery point ${context.point ?? "?"}, was written to ${imagePath} twice, but what is read back is not what was written.`,
      possibleCauses: "The disk that holds the replica is failing, or another program wrote to the file.",
      recommendedAction:
        "Do not trust the machine that runs from it: check that disk and its system log, then fail over again.",
    });
  }
}
