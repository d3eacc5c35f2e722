import type { DiskFormat } from "@/lib/kernel/disk-format";
import type { RandomAccessFile } from "./random-access-file";

export type { DiskFormat } from "@/lib/kernel/disk-format";

export interface Extent {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** A virtual disk: what a guest sees, whatever the container's format. Offsets and lengths are multiples of 512. */
export interface Disk {
  readonly format: DiskFormat;
  /** What the guest sees, not what the file takes. */
  readonly virtualSizeBytes: number;
  /** 512, or 4096 where the disk says so. Reads and writes may be finer all the same. */
  readonly logicalSectorBytes: number;
  /** The file that was opened. */
  readonly file: RandomAccessFile;
  /**
   * Every file that the content comes from, `file` first: extents of a split image, parents of a chain. Whoever watches
   * for changes watches all of them.
   */
  readonly files: readonly RandomAccessFile[];
  /**
   * What a differencing disk names its parent by: the unique id of a VHD, the data-write GUID of a VHDX, lower case.
   * Absent where the format has nothing of the kind.
   */
  readonly linkageId?: string;
  /** What its owner should know, though the disk can be read: sentences. Absent: nothing. */
  readonly remarks?: readonly string[];
  /**
   * Only disks that are not whole yet have it: null when the range can be read at once, else what to wait for before it is
   * read. Rejects when the range cannot be had.
   */
  prepare?(offsetBytes: number, lengthBytes: number): Promise<void> | null;
  read(offsetBytes: number, into: Uint8Array): void;
  /** Throws when the disk was opened read-only. Grows a sparse image crash-safely: block, then table entry. */
  write(offsetBytes: number, bytes: Uint8Array): void;
  /**
   * Extents that may hold something other than zeros, ascending, merged. Everything outside is zero. For a fixed or raw
   * disk this is the whole disk (or the file system's data extents where they can be had).
   */
  allocatedExtents(): Extent[];
  sync(): void;
  close(): void;
}
