import type { Cut, CutDisk } from "@/lib/compute/host-protocol";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { DirtyBlocks } from "@/lib/engine/tracking/dirty-blocks";
import { readWriteLogs } from "@/lib/engine/tracking/write-log";
import type { PointDisk } from "@/lib/engine/vault/point-object";
import { Fault } from "@/lib/kernel/fault";
import type { DesiredReplication } from "../protocol";
import type { ResynchronizationNeed } from "./resynchronization";

export type LastPoint = NonNullable<DesiredReplication["lastPoint"]>;

/** Hyper-V Replica gives up its log at half the disk. A small disk is read as quickly as its log. */
const HALF_COUNTS_FROM_BYTES = 64 * 1024 * 1024;

type Top = { readonly root: Buffer; readonly top: Buffer } | null;

/** What has to be read of one disk, and with what it is compared. */
export interface DiskPlan {
  readonly blocks: "allocated" | DirtyBlocks;
  readonly previousTop: Top;
  /** Why everything is read; null when the write logs suffice. */
  readonly fullReadReason: string | null;
  /** Everything is read although the machine was replicated and its writes are logged: something is wrong. */
  readonly needsResynchronization: boolean;
}

/**
 * The write logs say what changed since the host's baseline. They suffice only when that is the vault's last point or
 * the one before it (then they cover more than needed, never less); anything else is read in full and compared.
 */
export function chooseBlocks(options: {
  readonly fileSystem: FileSystem;
  readonly cut: Cut;
  readonly disk: CutDisk;
  readonly lastPoint: LastPoint | null;
  /** The disk in that point. */
  readonly before: PointDisk | null;
  /** The machine is resynchronized: read everything. `Nothing`: the vault lost data, store again what is there. */
  readonly resynchronize: ResynchronizationNeed | null;
}): DiskPlan {
  const { cut, disk, lastPoint, before } = options;
  const full = (fullReadReason: string, previousTop: Top): DiskPlan => ({
    blocks: "allocated",
    previousTop,
    fullReadReason,
    // Nobody logs the writes of an image that is only watched: to read it in full is its way of replication.
    needsResynchronization: lastPoint !== null && (disk.preservePath !== null || options.resynchronize !== null),
  });
  if (options.resynchronize?.compareWith === "Nothing") return full(options.resynchronize.reason, null);
  if (lastPoint === null || before === null) return full("the vault has no state of this disk yet", null);
  const previousTop = { root: Buffer.from(before.root, "hex"), top: Buffer.from(before.top, "hex") };
  if (before.virtualSizeBytes !== disk.virtualSizeBytes) return full("the disk's size changed", previousTop);
  if (options.resynchronize) return full(options.resynchronize.reason, previousTop);
  if (disk.writeLogPaths === null) return full("no write log reaches back to the last recovery point", previousTop);
  // The disks were made what a point holds (synchronize-back): then the logs begin at it, and it is known by its object.
  const reachesBack = [lastPoint.id, lastPoint.objectName, lastPoint.previousId].includes(cut.baseline);
  if (cut.baseline === null || !reachesBack) {
    return full("the write logs begin at another recovery point", previousTop);
  }
  try {
    const blocks = readWriteLogs(options.fileSystem, disk.writeLogPaths);
    if (2 * blocks.bytes >= disk.virtualSizeBytes && disk.virtualSizeBytes >= HALF_COUNTS_FROM_BYTES) {
      return full("the write log names half of the disk or more", previousTop);
    }
    return { blocks, previousTop, fullReadReason: null, needsResynchronization: false };
  } catch (error) {
    if (error instanceof Fault && error.code === "WriteLogDamaged") return full(error.message, previousTop);
    throw error;
  }
}
