import type { Disk } from "./disk";
import { diskTooLargeForFormat } from "./disk-faults";
import { createDynamicVhd, createFixedVhd } from "./create-vhd";
import { createVhdx } from "./create-vhdx";
import { createVmdk } from "./create-vmdk";
import { openRawDisk } from "./raw-disk";
import type { FileSystem } from "./random-access-file";

/** The formats that a disk can be written in; chains come into being by checkpoints, streams by exports. */
export const CREATABLE_FORMATS = [
  "raw",
  "vhd-fixed",
  "vhd-dynamic",
  "vhdx-fixed",
  "vhdx-dynamic",
  "vmdk-flat",
  "vmdk-sparse",
  "vmdk-split",
] as const;
export type CreatableFormat = (typeof CREATABLE_FORMATS)[number];

export interface NewDisk {
  /** A multiple of the logical sector. */
  readonly virtualSizeBytes: number;
  /** A UUID. What the format keeps of it: all, or eight digits. */
  readonly uniqueId: string;
  /** For the formats that keep it. */
  readonly createdAt: Date;
  /** 4096 is a VHDX's alone; the others have sectors of 512 bytes, in which the same bytes can be kept. */
  readonly logicalSectorBytes?: 512 | 4096;
}

/** What no file system holds in one file. */
const RAW_SIZE_MAX_BYTES = 2 ** 53 - 512;

/** A disk that reads zero everywhere, open for writing. No file may exist. Faults: those of each format's own function. */
export function createDisk(fileSystem: FileSystem, path: string, format: CreatableFormat, disk: NewDisk): Disk {
  switch (format) {
    case "raw":
      return createRaw(fileSystem, path, disk.virtualSizeBytes);
    case "vhd-fixed":
      return createFixedVhd(fileSystem, path, disk);
    case "vhd-dynamic":
      return createDynamicVhd(fileSystem, path, disk);
    case "vhdx-fixed":
      return createVhdx(fileSystem, path, "fixed", disk);
    case "vhdx-dynamic":
      return createVhdx(fileSystem, path, "dynamic", disk);
    case "vmdk-flat":
      return createVmdk(fileSystem, path, { kind: "monolithicFlat", ...vmdkOf(disk) });
    case "vmdk-sparse":
      return createVmdk(fileSystem, path, { kind: "monolithicSparse", ...vmdkOf(disk) });
    case "vmdk-split":
      return createVmdk(fileSystem, path, { kind: "twoGbMaxExtentSparse", ...vmdkOf(disk) });
  }
}

function vmdkOf({ virtualSizeBytes, uniqueId }: NewDisk): { virtualSizeBytes: number; contentId: string } {
  return { virtualSizeBytes, contentId: uniqueId.slice(0, 8).toLowerCase() };
}

function createRaw(fileSystem: FileSystem, path: string, virtualSizeBytes: number): Disk {
  if (virtualSizeBytes > RAW_SIZE_MAX_BYTES) throw diskTooLargeForFormat(path, virtualSizeBytes, RAW_SIZE_MAX_BYTES);
  const file = fileSystem.create(path);
  try {
    file.truncate(virtualSizeBytes);
    return openRawDisk(file, "readwrite");
  } catch (error) {
    file.close();
    throw error;
  }
}
