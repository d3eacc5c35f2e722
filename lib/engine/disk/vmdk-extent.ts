import type { Extent } from "./disk";
import type { RandomAccessFile } from "./random-access-file";

/** Fills `into` with what lies below at `offsetBytes` of the extent: the parent's bytes, or zeros. */
export type ReadBelow = (offsetBytes: number, into: Uint8Array) => void;

/** One piece of a VMDK: a range of its sectors, kept in one file (or in none, where it is all zeros). */
export interface VmdkExtent {
  readonly sizeBytes: number;
  /** Null for an extent of zeros. */
  readonly file: RandomAccessFile | null;
  /** Offsets count from the extent's own start, multiples of 512. */
  read(offsetBytes: number, into: Uint8Array, below: ReadBelow): void;
  /** `below` completes a grain that is only partly written. */
  write(offsetBytes: number, bytes: Uint8Array, below: ReadBelow): void;
  /** As `Disk.allocatedExtents`, of this extent alone. */
  allocatedExtents(): Extent[];
  sync(): void;
  close(): void;
}

/** Ascending ranges, merged where they touch. */
export class RangeList {
  readonly ranges: { offsetBytes: number; lengthBytes: number }[] = [];

  add(offsetBytes: number, lengthBytes: number): void {
    const last = this.ranges.at(-1);
    if (last !== undefined && last.offsetBytes + last.lengthBytes === offsetBytes) last.lengthBytes += lengthBytes;
    else this.ranges.push({ offsetBytes, lengthBytes });
  }
}
