import type { Cut, CutDisk } from "@/lib/compute/host-protocol";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { DirtyBlocks } from "@/lib/engine/tracking/dirty-blocks";
import { readWriteLogs } from "@/lib/engine/tracking/write-log";
import type { PointDisk } from "@/lib/engine/vault/point-object";
import { Fault } from "@/lib/kernel/fault";
import type { DesiredReplication } from "../protocol";

export type LastPoint = NonNullable<DesiredReplication["lastPoint"]>;

type Top = { readonly root: Buffer; readonly top: Buffer } | null;

/** What has to be read of one disk, and with what it is compared. */
export interface DiskPlan {
  readonly blocks: "allocated" | DirtyBlocks;
  readonly previousTop: Top;
  /** Why everything is read; null when the write logs suffice. */
  readonly fullReadReason: string | null;
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
  /** The vault lost data: store again what is there, compare with nothing. */
  readonly repair: boolean;
}): DiskPlan {
  const { cut, disk, lastPoint, before } = options;
  const full = (fullReadReason: string, previousTop: Top): DiskPlan => ({
    blocks: "allocated",
    previousTop,
    fullReadReason,
  });
  if (options.repair) return full("the vault lost some of the data", null);
  if (lastPoint === null || before === null) return full("the vault has no state of this disk yet", null);
  const previousTop = { root: Buffer.from(before.root, "hex"), top: Buffer.from(before.top, "hex") };
  if (before.virtualSizeBytes !== disk.virtualSizeBytes) return full("the disk's size changed", previousTop);
  if (disk.writeLogPaths === null) return full("nobody logged the writes", previousTop);
  if (cut.baseline === null || (cut.baseline !== lastPoint.id && cut.baseline !== lastPoint.previousId)) {
    return full("the write logs begin at another recovery point", previousTop);
  }
  try {
    const blocks = readWriteLogs(options.fileSystem, disk.writeLogPaths);
    return { blocks, previousTop, fullReadReason: null };
  } catch (error) {
    if (error instanceof Fault && error.code === "WriteLogDamaged") return full(error.message, previousTop);
    throw error;
  }
}
