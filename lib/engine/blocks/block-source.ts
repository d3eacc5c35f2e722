import type { Extent } from "../disk/disk";

/**
 * What hashing and replication need of a disk: a state that does not change while it is read. Offsets are multiples of
 * BLOCK_BYTES; a read may span several blocks and ends at the disk's end at the latest.
 */
export interface BlockSource {
  readonly virtualSizeBytes: number;
  read(offsetBytes: number, into: Uint8Array): void;
  /** Everything outside is zero. Ascending. */
  allocatedExtents(): Extent[];
}
