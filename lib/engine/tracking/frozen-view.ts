import { Buffer } from "node:buffer";
import { assert } from "@/lib/kernel/assert";
import type { Disk, Extent } from "../disk/disk";
import { identityOfFiles, pathsOf } from "../disk/disk-identity";
import { openDisk } from "../disk/open-disk";
import { type FileIdentity, type FileSystem, sameIdentity } from "../disk/random-access-file";
import { TRACKING_BLOCK_BYTES } from "./dirty-blocks";
import { imageChangedWhileReading } from "./log-faults";
import { PreserveLogReader } from "./preserve-log";

export interface FrozenViewSource {
  readonly imagePath: string;
  /** The cut's preserve log; null for an image that nobody is supposed to write. */
  readonly preservePath: string | null;
  /**
   * Of the image, when `preservePath` is null and several views (workers) read one disk: the first one's `identity`, so
   * that all of them read the same state. Default: what the image is now.
   */
  readonly identity?: FileIdentity;
}

/** A disk as it was at a cut (or, for an image at rest, as it is, checked). */
export interface FrozenView {
  readonly virtualSizeBytes: number;
  readonly identity: FileIdentity;
  /**
   * `offsetBytes` is a multiple of 64 KiB, the length of 512. What it gave is right when it returns; nothing that happens
   * later makes it wrong. Faults: CutVoid, PreserveLogDamaged, ImageChangedWhileReading, those of the disk.
   */
  read(offsetBytes: number, into: Uint8Array): void;
  /** Whole blocks, ascending, merged. Everything outside was zero at the cut. */
  allocatedExtents(): Extent[];
  close(): void;
}

/**
 * Opens after the cut was taken. A dynamic VHD may grow while it is read: a block that was not in the table when we read
 * the table was zero then, and at the cut, since blocks are never taken back; one that was added between the cut and now
 * is read from the file, but what it held at the cut, zeros, was preserved before its first byte was written.
 * Faults: those of `openDisk`, CutVoid, PreserveLogDamaged, ImageChangedWhileReading.
 */
export function openFrozenView(fileSystem: FileSystem, source: FrozenViewSource): FrozenView {
  if (source.preservePath === null) return openRestingView(fileSystem, source);
  const identity = source.identity ?? fileSystem.statIdentity(source.imagePath);
  const disk = openDisk(fileSystem, source.imagePath, "read");
  try {
    return new PreservedView(disk, new PreserveLogReader(fileSystem, source.preservePath), identity);
  } catch (error) {
    disk.close();
    throw error;
  }
}

/** The identity is taken before the image is opened: a change in between is then seen as one. */
function openRestingView(fileSystem: FileSystem, source: FrozenViewSource): FrozenView {
  const first = openDisk(fileSystem, source.imagePath, "read");
  const paths = pathsOf(first);
  first.close();
  const identity = source.identity ?? identityOfFiles(fileSystem, paths);
  const disk = openDisk(fileSystem, source.imagePath, "read");
  try {
    if (pathsOf(disk).join("\n") !== paths.join("\n")) throw imageChangedWhileReading(source.imagePath);
    return new RestingView(fileSystem, disk, identity);
  } catch (error) {
    disk.close();
    throw error;
  }
}

function assertAligned(offsetBytes: number): void {
  assert(offsetBytes % TRACKING_BLOCK_BYTES === 0, `a frozen view is read from a 64 KiB boundary, not ${offsetBytes}`);
}

class PreservedView implements FrozenView {
  readonly virtualSizeBytes: number;
  readonly identity: FileIdentity;
  readonly #disk: Disk;
  readonly #preserved: PreserveLogReader;
  readonly #block = Buffer.alloc(TRACKING_BLOCK_BYTES);

  constructor(disk: Disk, preserved: PreserveLogReader, identity: FileIdentity) {
    this.virtualSizeBytes = disk.virtualSizeBytes;
    this.identity = identity;
    this.#disk = disk;
    this.#preserved = preserved;
  }

  read(offsetBytes: number, into: Uint8Array): void {
    assertAligned(offsetBytes);
    this.#disk.read(offsetBytes, into);
    this.#preserved.refresh();
    for (let at = 0; at < into.length; at += TRACKING_BLOCK_BYTES) {
      const piece = into.subarray(at, at + TRACKING_BLOCK_BYTES);
      const found = this.#preserved.lookup((offsetBytes + at) / TRACKING_BLOCK_BYTES, this.#block);
      if (found === "zero") piece.fill(0);
      else if (found === "data") piece.set(this.#block.subarray(0, piece.length));
    }
  }

  /** The disk's, and what was preserved: zeros written since the cut may have become a hole in the file. */
  allocatedExtents(): Extent[] {
    const extents = this.#disk.allocatedExtents();
    this.#preserved.refresh();
    for (const index of this.#preserved.blockIndexes()) {
      const offsetBytes = index * TRACKING_BLOCK_BYTES;
      const lengthBytes = Math.min(TRACKING_BLOCK_BYTES, this.virtualSizeBytes - offsetBytes);
      extents.push({ offsetBytes, lengthBytes });
    }
    return wholeBlocks(extents, this.virtualSizeBytes);
  }

  close(): void {
    this.#preserved.close();
    this.#disk.close();
  }
}

/** The check after each read proves that nothing was written between the first moment and that read. */
class RestingView implements FrozenView {
  readonly virtualSizeBytes: number;
  readonly identity: FileIdentity;
  readonly #fileSystem: FileSystem;
  readonly #disk: Disk;
  /** Parents and extents, too. */
  readonly #paths: readonly string[];

  constructor(fileSystem: FileSystem, disk: Disk, identity: FileIdentity) {
    this.virtualSizeBytes = disk.virtualSizeBytes;
    this.identity = identity;
    this.#fileSystem = fileSystem;
    this.#disk = disk;
    this.#paths = pathsOf(disk);
    this.#assertUnchanged();
  }

  #assertUnchanged(): void {
    if (!sameIdentity(this.identity, identityOfFiles(this.#fileSystem, this.#paths))) {
      throw imageChangedWhileReading(this.#disk.file.path);
    }
  }

  read(offsetBytes: number, into: Uint8Array): void {
    assertAligned(offsetBytes);
    this.#disk.read(offsetBytes, into);
    this.#assertUnchanged();
  }

  allocatedExtents(): Extent[] {
    const extents = this.#disk.allocatedExtents();
    this.#assertUnchanged();
    return wholeBlocks(extents, this.virtualSizeBytes);
  }

  close(): void {
    this.#disk.close();
  }
}

/** Merged, ascending, from block to block: that is how a view is read. */
function wholeBlocks(extents: readonly Extent[], virtualSizeBytes: number): Extent[] {
  const result: { offsetBytes: number; lengthBytes: number }[] = [];
  for (const extent of [...extents].sort((a, b) => a.offsetBytes - b.offsetBytes)) {
    const offsetBytes = extent.offsetBytes - (extent.offsetBytes % TRACKING_BLOCK_BYTES);
    const blocks = Math.ceil((extent.offsetBytes + extent.lengthBytes - offsetBytes) / TRACKING_BLOCK_BYTES);
    const end = Math.min(offsetBytes + blocks * TRACKING_BLOCK_BYTES, virtualSizeBytes);
    const last = result.at(-1);
    if (last === undefined || offsetBytes > last.offsetBytes + last.lengthBytes) {
      result.push({ offsetBytes, lengthBytes: end - offsetBytes });
    } else last.lengthBytes = Math.max(last.lengthBytes, end - last.offsetBytes);
  }
  return result;
}
