import type { RandomAccessFile } from "./random-access-file";

export type DiskFormat = "raw" | "vhd-fixed" | "vhd-dynamic";

export interface Extent {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** A virtual disk: what a guest sees, whatever the container's format. Offsets and lengths are multiples of 512. */
export interface Disk {
  readonly format: DiskFormat;
  /** What the guest sees, not what the file takes. */
  readonly virtualSizeBytes: number;
  readonly file: RandomAccessFile;
  read(offsetBytes: number, into: Uint8Array): void;
  /** Throws when the disk was opened read-only. Grows a dynamic VHD crash-safely: block, then table entry. */
  write(offsetBytes: number, bytes: Uint8Array): void;
  /**
   * Extents that may hold something other than zeros, ascending, merged. Everything outside is zero. For a fixed or raw
   * disk this is the whole disk (or the file system's data extents where they can be had).
   */
  allocatedExtents(): Extent[];
  sync(): void;
  close(): void;
}
