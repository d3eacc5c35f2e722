import { Buffer } from "node:buffer";
import { assert } from "@/lib/kernel/assert";
import type { Disk } from "./disk";
import { folderOf } from "./image-folder";
import { openDisk } from "./open-disk";
import type { FileSystem } from "./random-access-file";
import { encodeVmdkDescriptor, NO_PARENT_ID, type VmdkExtentLine } from "./vmdk-descriptor";
import { vmdkUnsupported } from "./vmdk-faults";
import { ENTRIES_PER_TABLE, encodeSparseHeader, GRAIN_SECTORS, VMDK_SECTOR_BYTES } from "./vmdk-sparse-header";

export type VmdkKind = "monolithicFlat" | "monolithicSparse" | "twoGbMaxExtentFlat" | "twoGbMaxExtentSparse";

export interface NewVmdk {
  readonly kind: VmdkKind;
  /** A multiple of 512, at most 64 TiB. */
  readonly virtualSizeBytes: number;
  /** Eight lower-case hexadecimal digits, random. */
  readonly contentId: string;
  /** For a snapshot (sparse kinds): a file in the same folder, and its content id (`Disk.linkageId`). */
  readonly parent?: { readonly fileName: string; readonly contentId: string };
}

const SIZE_MAX_BYTES = 64 * 2 ** 40;
/** What VMware and QEMU cut a split disk into: 2 GiB less a megabyte for sparse, 2 GiB for flat. */
const PIECE_SECTORS = { twoGbMaxExtentFlat: 4_194_304, twoGbMaxExtentSparse: 4_192_256 } as const;
const DESCRIPTOR_SECTORS = 20;

/**
 * A VMDK that reads zero everywhere, or as its parent. No file may exist yet. The descriptor goes last: files cut off by
 * a kill are then no disk. Open for writing. Faults: those of `FileSystem.create`, VmdkUnsupported (too large).
 */
export function createVmdk(fileSystem: FileSystem, path: string, vmdk: NewVmdk): Disk {
  const sectors = vmdk.virtualSizeBytes / VMDK_SECTOR_BYTES;
  assert(Number.isSafeInteger(sectors) && sectors > 0, `not a disk size: ${vmdk.virtualSizeBytes}`);
  assert(/^[0-9a-f]{8}$/.test(vmdk.contentId), `not a content id: ${vmdk.contentId}`);
  if (vmdk.virtualSizeBytes > SIZE_MAX_BYTES) throw vmdkUnsupported(path, `would have ${vmdk.virtualSizeBytes} bytes`);
  if (vmdk.kind === "monolithicSparse") createEmbedded(fileSystem, path, vmdk, sectors);
  else createDescribed(fileSystem, path, vmdk, sectors);
  return openDisk(fileSystem, path, "readwrite");
}

function descriptorOf(vmdk: NewVmdk, extents: readonly VmdkExtentLine[]): Buffer {
  return encodeVmdkDescriptor({
    createType: vmdk.kind,
    contentId: vmdk.contentId,
    parentContentId: vmdk.parent?.contentId ?? NO_PARENT_ID,
    parentFileName: vmdk.parent?.fileName ?? null,
    extents,
  });
}

function extentLine(sectors: number, type: "FLAT" | "SPARSE", fileName: string): VmdkExtentLine {
  return { access: "RW", sectors, type, fileName, offsetSectors: 0 };
}

function createEmbedded(fileSystem: FileSystem, path: string, vmdk: NewVmdk, sectors: number): void {
  const text = descriptorOf(vmdk, [extentLine(sectors, "SPARSE", path.slice(folderOf(path).length + 1))]);
  const descriptor = Buffer.alloc(DESCRIPTOR_SECTORS * VMDK_SECTOR_BYTES);
  assert(text.length < descriptor.length, "the names in a descriptor are short");
  text.copy(descriptor);
  writeSparseFile(fileSystem, path, sectors, descriptor);
}

function createDescribed(fileSystem: FileSystem, path: string, vmdk: NewVmdk, sectors: number): void {
  const stem = path.slice(folderOf(path).length + 1).replace(/\.vmdk$/i, "");
  const sparse = vmdk.kind === "twoGbMaxExtentSparse";
  const pieceSectors =
    vmdk.kind === "monolithicFlat" ? sectors : PIECE_SECTORS[sparse ? vmdk.kind : "twoGbMaxExtentFlat"];
  const lines: VmdkExtentLine[] = [];
  for (let begin = 0; begin < sectors; begin += pieceSectors) {
    const count = Math.min(pieceSectors, sectors - begin);
    const number = String(lines.length + 1).padStart(3, "0");
    const suffix = vmdk.kind === "monolithicFlat" ? "flat" : `${sparse ? "s" : "f"}${number}`;
    const fileName = `${stem}-${suffix}.vmdk`;
    lines.push(extentLine(count, sparse ? "SPARSE" : "FLAT", fileName));
    const extentPath = `${folderOf(path)}/${fileName}`;
    if (sparse) writeSparseFile(fileSystem, extentPath, count, Buffer.alloc(0));
    else writeFile(fileSystem, extentPath, (file) => file.truncate(count * VMDK_SECTOR_BYTES));
  }
  writeFile(fileSystem, path, (file) => file.write(0, descriptorOf(vmdk, lines)));
}

type File = ReturnType<FileSystem["create"]>;

function writeFile(fileSystem: FileSystem, path: string, fill: (file: File) => void): void {
  const file = fileSystem.create(path);
  try {
    fill(file);
  } finally {
    file.close();
  }
}

/** Header, descriptor, then twice directory and tables, then grains from a grain's boundary on. The header goes last. */
function writeSparseFile(fileSystem: FileSystem, path: string, sectors: number, descriptor: Buffer): void {
  const tables = Math.ceil(sectors / (GRAIN_SECTORS * ENTRIES_PER_TABLE));
  const directorySectors = Math.ceil((tables * 4) / VMDK_SECTOR_BYTES);
  const tableSectors = (ENTRIES_PER_TABLE * 4) / VMDK_SECTOR_BYTES;
  const copySectors = directorySectors + tables * tableSectors;
  const redundant = 1 + descriptor.length / VMDK_SECTOR_BYTES;
  const primary = redundant + copySectors;
  const overhead = Math.ceil((primary + copySectors) / GRAIN_SECTORS) * GRAIN_SECTORS;
  writeFile(fileSystem, path, (file) => {
    file.truncate(overhead * VMDK_SECTOR_BYTES);
    for (const begin of [redundant, primary]) {
      const directory = Buffer.alloc(tables * 4);
      for (let table = 0; table < tables; table++)
        directory.writeUInt32LE(begin + directorySectors + table * tableSectors, table * 4);
      file.write(begin * VMDK_SECTOR_BYTES, directory);
    }
    if (descriptor.length > 0) file.write(VMDK_SECTOR_BYTES, descriptor);
    file.write(
      0,
      encodeSparseHeader({
        capacitySectors: sectors,
        descriptorSectors: descriptor.length / VMDK_SECTOR_BYTES,
        redundantDirectorySector: redundant,
        directorySector: primary,
        overheadSectors: overhead,
      }),
    );
  });
}
