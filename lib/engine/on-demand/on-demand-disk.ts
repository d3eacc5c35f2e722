import { assert } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import type { BlockRun } from "../blocks/block-runs";
import { BLOCK_BYTES } from "../blocks/block-size";
import { PresentBlocks } from "./present-blocks";
import type { Disk, DiskFormat, Extent } from "../disk/disk";
import { assertInside } from "../disk/flat-disk";
import { removeOnDemandFiles } from "./on-demand-files";
import type { FileSystem, RandomAccessFile } from "../disk/random-access-file";
import { SectorOverlay } from "./sector-overlay";

const MERGE_PIECE_BYTES = 256 * 1024;

/** Puts blocks of the recovery point into the image. */
export interface BlockSupplier {
  /**
   * Resolves when the blocks are in the image; tells all runs thereabouts that are, at least those asked for. Waits while
   * the supplier is away. Faults: those of reading the vault; then the blocks cannot be had.
   */
  want(firstBlock: number, blockCount: number): Promise<readonly BlockRun[]>;
}

/**
 * A disk that is used before it is whole: the image holds what has come from the vault so far, an overlay what the guest
 * wrote. `prepare` fetches what a read needs; reads and writes themselves never wait. When all has come and is proven,
 * `merge` makes the image the whole truth.
 */
export class OnDemandDisk implements Disk {
  readonly #image: Disk;
  readonly #overlay: SectorOverlay;
  readonly #supplier: BlockSupplier;
  readonly #present: PresentBlocks;
  readonly #fileSystem: FileSystem;
  #isWhole: boolean;
  #stage: "hydrating" | "merging" | "ordinary" = "hydrating";
  #closed = false;

  /** `image` is open for writing; it and the overlay are closed with this disk. `isWhole`: nothing is missing any more. */
  constructor(parts: { image: Disk; fileSystem: FileSystem; supplier: BlockSupplier; isWhole: boolean }) {
    this.#image = parts.image;
    this.#fileSystem = parts.fileSystem;
    this.#supplier = parts.supplier;
    this.#overlay = SectorOverlay.open(parts.fileSystem, parts.image.file.path);
    this.#isWhole = parts.isWhole;
    this.#present = new PresentBlocks(Math.ceil(parts.image.virtualSizeBytes / BLOCK_BYTES));
  }

  get format(): DiskFormat {
    return this.#image.format;
  }

  get virtualSizeBytes(): number {
    return this.#image.virtualSizeBytes;
  }

  get logicalSectorBytes(): number {
    return this.#image.logicalSectorBytes;
  }

  get files(): readonly RandomAccessFile[] {
    return this.#image.files;
  }

  get file(): RandomAccessFile {
    return this.#image.file;
  }

  get stage(): "hydrating" | "merging" | "ordinary" {
    return this.#stage;
  }

  /** Bytes of the guest's that are not in the image yet. */
  get overlayBytes(): number {
    return this.#stage === "ordinary" ? 0 : this.#overlay.heldBytes;
  }

  /** Null when the range can be read at once. */
  prepare(offsetBytes: number, lengthBytes: number): Promise<void> | null {
    assertInside(this, offsetBytes, lengthBytes);
    return this.#missing(offsetBytes, lengthBytes) === null ? null : this.#fetch(offsetBytes, lengthBytes);
  }

  async #fetch(offsetBytes: number, lengthBytes: number): Promise<void> {
    for (;;) {
      const missing = this.#missing(offsetBytes, lengthBytes);
      if (missing === null || this.#closed) return;
      const runs = await this.#supplier.want(missing.first, missing.end - missing.first);
      const [only] = runs;
      if (only?.first === 0 && only.end * BLOCK_BYTES >= this.virtualSizeBytes) this.#isWhole = true;
      else this.#present.addRuns(runs);
      assert(this.#isWhole || this.#present.has(missing.first), "a block that was asked for is said to be there");
    }
  }

  /** From the first to the last block that only the vault has. */
  #missing(offsetBytes: number, lengthBytes: number): BlockRun | null {
    if (this.#isWhole) return null;
    const first = Math.floor(offsetBytes / BLOCK_BYTES);
    const end = Math.ceil((offsetBytes + lengthBytes) / BLOCK_BYTES);
    let from = -1;
    let to = -1;
    for (let index = first; index < end; index++) {
      if (this.#present.has(index) || this.#isCovered(index, offsetBytes, lengthBytes)) continue;
      if (from < 0) from = index;
      to = index + 1;
    }
    return from < 0 ? null : { first: from, end: to };
  }

  /** Whether the overlay holds all of the range that lies in this block. */
  #isCovered(block: number, offsetBytes: number, lengthBytes: number): boolean {
    const from = Math.max(offsetBytes, block * BLOCK_BYTES);
    const to = Math.min(offsetBytes + lengthBytes, (block + 1) * BLOCK_BYTES);
    return this.#overlay.runs(from, to - from).every((run) => run.held);
  }

  /** Fault BlockNotHere when the range was not prepared. */
  read(offsetBytes: number, into: Uint8Array): void {
    assertInside(this, offsetBytes, into.length);
    if (this.#stage === "ordinary") return this.#image.read(offsetBytes, into);
    if (this.#missing(offsetBytes, into.length) !== null) throw blockNotHere(this.file.path);
    for (const run of this.#overlay.runs(offsetBytes, into.length)) {
      const piece = into.subarray(run.offsetBytes - offsetBytes, run.offsetBytes - offsetBytes + run.lengthBytes);
      if (run.held) this.#overlay.read(run.offsetBytes, piece);
      else this.#image.read(run.offsetBytes, piece);
    }
  }

  write(offsetBytes: number, bytes: Uint8Array): void {
    assertInside(this, offsetBytes, bytes.length);
    if (this.#stage === "hydrating") return this.#overlay.write(offsetBytes, bytes);
    // A sector that the overlay holds is read from there until the end: both must have it, the overlay first.
    if (this.#stage === "merging") {
      for (const run of this.#overlay.runs(offsetBytes, bytes.length)) {
        const from = run.offsetBytes - offsetBytes;
        if (run.held) this.#overlay.write(run.offsetBytes, bytes.subarray(from, from + run.lengthBytes));
      }
    }
    this.#image.write(offsetBytes, bytes);
  }

  /**
   * Copies the guest's writes into the image, which must be whole and proven, and removes all that lay beside it. Each
   * step of the iterator is short and synchronous; the guest may write in between. Interrupted, it is begun again.
   */
  *merge(): Generator<{ readonly bytesLeft: number }> {
    if (this.#stage === "ordinary") return;
    this.#isWhole = true;
    this.#stage = "merging";
    let bytesLeft = this.#overlay.heldBytes;
    for (const { offsetBytes, lengthBytes } of this.#overlay.heldPieces(MERGE_PIECE_BYTES)) {
      const piece = new Uint8Array(lengthBytes);
      this.#overlay.read(offsetBytes, piece);
      this.#image.write(offsetBytes, piece);
      bytesLeft -= lengthBytes;
      yield { bytesLeft };
    }
    this.#image.sync();
    this.#overlay.close();
    this.#stage = "ordinary";
    removeOnDemandFiles(this.#fileSystem, this.file.path);
  }

  /** Everything: what the vault still has is not known here. */
  allocatedExtents(): Extent[] {
    return [{ offsetBytes: 0, lengthBytes: this.virtualSizeBytes }];
  }

  sync(): void {
    if (this.#stage !== "ordinary") this.#overlay.sync();
    if (this.#stage !== "hydrating") this.#image.sync();
  }

  close(): void {
    this.#closed = true;
    if (this.#stage !== "ordinary") this.#overlay.close();
    this.#image.close();
  }
}

function blockNotHere(path: string): Fault {
  return new Fault(
    {
      code: "BlockNotHere",
      message: `The part of '${path}' that was asked for has not come from the vault yet.`,
      possibleCauses: "The disk was started instantly and is still being completed.",
      recommendedAction: "Wait until the disk is complete; the virtual machine's page shows how far it is.",
    },
    { retryable: true },
  );
}
