import type { Disk } from "../disk/disk";
import type { FileSystem } from "../disk/random-access-file";

export interface TrackedDiskOptions {
  /** Opened read-write. Closed by `TrackedDisk.close`. */
  readonly disk: Disk;
  readonly fileSystem: FileSystem;
  /** Where logs and state are kept; made when missing. Several disks may share it. */
  readonly folder: string;
  /** Unique in the folder; letters, digits, `.`, `_`, `-`. The same disk must come back under the same id. */
  readonly diskId: string;
  /**
   * Names this run of the operating system (Linux: /proc/sys/kernel/random/boot_id). With it, logs that were open when
   * the machine lost power are known to be possibly incomplete. Without it, only kills of the process are covered.
   */
  readonly bootId?: string;
}

export interface DiskCut {
  /** Blocks overwritten since the cut, as they were at the cut (see preserve-log). */
  readonly preservePath: string;
  /** Closed write logs since the last committed cut, oldest first. Null: unknown, everything must be read. */
  readonly writeLogPaths: readonly string[] | null;
}

/**
 * A disk whose writes are logged for replication and whose state at a cut can be read while the guest goes on writing.
 * Everything is synchronous: cutting all disks of a machine one after the other, between two guest writes, is atomic.
 * One process, one instance per image.
 */
export interface TrackedDisk {
  readonly virtualSizeBytes: number;
  /** The disk's own (see Disk); null when there is nothing to wait for. */
  prepare(offsetBytes: number, lengthBytes: number): Promise<void> | null;
  read(offsetBytes: number, into: Uint8Array): void;
  /** Log record, then preserved blocks, then the disk: whatever the kill, the log covers what changed. */
  write(offsetBytes: number, bytes: Uint8Array): void;
  sync(): void;
  /** Ends a cut in progress (it is void), keeps the logs, closes the disk. */
  close(): void;
  readonly trackingEnabled: boolean;
  /** Idempotent. The first cut after it has `writeLogPaths` null, until a cut was committed. */
  enableTracking(): void;
  /** Idempotent. Forgets the logs: the next `enableTracking` begins from nothing. */
  disableTracking(): void;
  /** Distinct 64 KiB blocks written since the last committed cut, in bytes. */
  readonly pendingBytes: number;
  /** Why the next cut must be read in full; null when the write logs suffice. For people and logs. */
  readonly fullReadReason: string | null;
  /**
   * Works without tracking too (then `writeLogPaths` is null). Replaces an earlier cut that was not released, which is
   * void from now on; the logs closed for it stay in the list of this one.
   */
  beginCut(cutId: string): DiskCut;
  /** The cut in progress, null when there is none (also after its preserve log could not be written: it is void). */
  readonly activeCutId: string | null;
  /**
   * Ends preserving and deletes the preserve log. `committed`: what the cut holds is safe elsewhere, so the logs up to
   * it are dropped. False when there was no cut (the host restarted since): nothing is dropped then, so that the next
   * cut covers more than needed, never less.
   */
  releaseCut(outcome: { committed: boolean }): boolean;
}
