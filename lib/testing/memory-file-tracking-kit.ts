import { createDynamicVhd } from "@/lib/engine/disk/create-vhd";
import type { Disk } from "@/lib/engine/disk/disk";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { openTrackedDisk } from "@/lib/engine/tracking/open-tracked-disk";
import type { TrackedDisk } from "@/lib/engine/tracking/tracked-disk";
import type { MemoryFileSystem } from "./memory-file-system";

/** What tests of tracked disks share: a dynamic disk in memory, opened as a host would, and data that knows its place. */
export const IMAGE_PATH = "/disk.vhd";
export const TRACKING_FOLDER = "/tracking";

export function createImage(fileSystem: MemoryFileSystem, virtualSizeBytes: number): void {
  const identity = { uniqueId: "00112233-4455-6677-8899-aabbccddeeff", createdAt: new Date(0) };
  createDynamicVhd(fileSystem, IMAGE_PATH, { virtualSizeBytes, ...identity }).close();
}

export function openTracked(fileSystem: MemoryFileSystem, bootId?: string): TrackedDisk {
  const disk = openDisk(fileSystem, IMAGE_PATH, "readwrite");
  const boot = bootId === undefined ? {} : { bootId };
  return openTrackedDisk({ disk, fileSystem, folder: TRACKING_FOLDER, diskId: "disk-0", ...boot });
}

export function contentOf(disk: Pick<Disk, "virtualSizeBytes" | "read">): Buffer {
  const all = Buffer.alloc(disk.virtualSizeBytes, 0xcc);
  disk.read(0, all);
  return all;
}

/** The image as any other process sees it. */
export function imageContent(fileSystem: MemoryFileSystem): Buffer {
  const disk = openDisk(fileSystem.restart(), IMAGE_PATH, "read");
  const all = contentOf(disk);
  disk.close();
  return all;
}

/** Every 16 bytes say where they belong and by which write they came. */
export function stamp(offset: number, length: number, generation: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 16) {
    bytes.writeDoubleLE(offset + at, at);
    bytes.writeUInt32LE(generation, at + 8);
    bytes.writeUInt32LE(0xfeed_face, at + 12);
  }
  return bytes;
}

export function differingBlocks(a: Buffer, b: Buffer): number[] {
  const different: number[] = [];
  for (let at = 0; at < a.length; at += 65_536) {
    if (a.compare(b, at, Math.min(at + 65_536, b.length), at, Math.min(at + 65_536, a.length)) !== 0) {
      different.push(at / 65_536);
    }
  }
  return different;
}
