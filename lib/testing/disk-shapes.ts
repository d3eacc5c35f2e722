import { createVhdx, createDifferencingVhdx } from "@/lib/engine/disk/create-vhdx";
import type { Disk } from "@/lib/engine/disk/disk";
import { openDisk } from "@/lib/engine/disk/open-disk";
import type { MemoryFileSystem } from "./memory-file-system";
import { stamp } from "./memory-file-tracking-kit";

/** Small VHDX of each kind, for tests that treat them alike. */
export const VHDX_KINDS = ["fixed", "dynamic", "dynamic-4096", "differencing", "differencing-4096"] as const;
export type VhdxKind = (typeof VHDX_KINDS)[number];

export const MIB = 2 ** 20;
export const VHDX_PATH = "/child.vhdx";
export const PARENT_PATH = "/parent.vhdx";
/** Three blocks of 1 MiB and a piece, so that the last one is not whole. */
export const VHDX_BYTES = 3 * MIB + 8192;

const uniqueId = "00112233-4455-6677-8899-aabbccddeeff";

/** Makes the disk (and its parent, with data in it), and returns what it holds. */
export function makeVhdx(fileSystem: MemoryFileSystem, kind: VhdxKind): Buffer {
  const [type, sector] = kind.split("-");
  const shape = { virtualSizeBytes: VHDX_BYTES, uniqueId, blockBytes: MIB } as const;
  const logicalSectorBytes = sector === "4096" ? 4096 : 512;
  const model = Buffer.alloc(VHDX_BYTES);
  if (type !== "differencing") {
    createVhdx(fileSystem, VHDX_PATH, type === "fixed" ? "fixed" : "dynamic", { ...shape, logicalSectorBytes }).close();
    return model;
  }
  const parent = createVhdx(fileSystem, PARENT_PATH, "dynamic", { ...shape, logicalSectorBytes });
  for (const [offset, length] of [
    [4096, 65_536],
    [MIB - 4096, 8192],
    [3 * MIB, 8192],
  ] as const) {
    // prettier-ignore
    const bytes = stamp(offset, length, 1000);
    parent.write(offset, bytes);
    bytes.copy(model, offset);
  }
  createDifferencingVhdx(fileSystem, VHDX_PATH, parent, { uniqueId, blockBytes: MIB }).close();
  parent.close();
  return model;
}

export function readAll(disk: Pick<Disk, "virtualSizeBytes" | "read">): Buffer {
  const all = Buffer.alloc(disk.virtualSizeBytes, 0xcc);
  disk.read(0, all);
  return all;
}

/** The disk as any other process sees it. */
export function contentAt(fileSystem: MemoryFileSystem, path: string): Buffer {
  const disk = openDisk(fileSystem.restart(), path, "read");
  const all = readAll(disk);
  disk.close();
  return all;
}

/** Only what `allocatedExtents` names is read, as the replication does; the rest must be zero. */
export function readByExtents(disk: Pick<Disk, "virtualSizeBytes" | "read" | "allocatedExtents">): Buffer {
  const all = Buffer.alloc(disk.virtualSizeBytes);
  for (const { offsetBytes, lengthBytes } of disk.allocatedExtents()) {
    disk.read(offsetBytes, all.subarray(offsetBytes, offsetBytes + lengthBytes));
  }
  return all;
}
