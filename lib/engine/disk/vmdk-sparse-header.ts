import { Buffer } from "node:buffer";
import type { Extent } from "./disk";
import type { RandomAccessFile } from "./random-access-file";
import { vmdkDamaged, vmdkTruncated, vmdkUnsupported } from "./vmdk-faults";

/**
 * The first sector of a sparse extent, little-endian. Source: Virtual Disk Format 5.0 (VMware), "Hosted Sparse Extent
 * Header"; a stream-optimised file has the valid copy of it (the footer) in its last but one sector.
 */
export const VMDK_SECTOR_BYTES = 512;
export const VMDK_MAGIC = "KDMV";
export const GRAIN_SECTORS = 128;
export const ENTRIES_PER_TABLE = 512;
/** Where `uncleanShutdown` is: 1 while a writer has the file open. */
export const UNCLEAN_OFFSET = 72;

const FLAG_NEWLINE_TEST = 1;
const FLAG_REDUNDANT_TABLES = 2;
const FLAG_ZERO_GRAINS = 4;
const FLAG_COMPRESSED = 0x1_0000;
const FLAG_MARKERS = 0x2_0000;
/** "The grain directory's place is in the footer": such a file was written front to back, as a stream. */
const AT_END = 0xffff_ffff_ffff_ffffn;
const SECTORS_MAX = 2n ** 37n; // 64 TiB, as much as any format here has.
const GRAIN_SECTORS_MAX = 4096n;

export interface VmdkSparseLayout {
  readonly version: number;
  readonly capacitySectors: number;
  readonly grainSectors: number;
  readonly entriesPerTable: number;
  /** Entries of the grain directory: one for each grain table. */
  readonly directoryEntries: number;
  readonly directoryOffset: number;
  /** Null where there is no second copy of the tables. */
  readonly redundantDirectoryOffset: number | null;
  /** The embedded descriptor; null in an extent of a split disk. */
  readonly descriptor: Extent | null;
  readonly zeroGrains: boolean;
  readonly compressed: boolean;
}

/** Faults: VmdkTruncated, VmdkDamaged, VmdkUnsupported. */
export function readSparseLayout(file: RandomAccessFile): VmdkSparseLayout {
  const header = readSector(file, 0);
  const layout = parse(file, header);
  if (layout.directoryOffset !== null) return { ...layout, directoryOffset: layout.directoryOffset };
  const footer = parse(file, readFooter(file));
  if (footer.directoryOffset === null) throw vmdkDamaged(file.path, "its footer does not say where its tables are");
  return { ...footer, directoryOffset: footer.directoryOffset, descriptor: layout.descriptor };
}

function readSector(file: RandomAccessFile, offset: number): Buffer {
  const sector = Buffer.alloc(VMDK_SECTOR_BYTES);
  if (file.read(offset, sector) !== sector.length) throw vmdkTruncated(file.path, "it ends within a header");
  return sector;
}

/** The end of a stream: a marker that announces the footer, the footer, a marker of zeros. */
function readFooter(file: RandomAccessFile): Buffer {
  const fileBytes = file.sizeBytes();
  if (fileBytes % VMDK_SECTOR_BYTES !== 0 || fileBytes < 4 * VMDK_SECTOR_BYTES)
    throw vmdkTruncated(file.path, "the footer of a stream-optimised disk is missing");
  const marker = readSector(file, fileBytes - 3 * VMDK_SECTOR_BYTES);
  const footer = readSector(file, fileBytes - 2 * VMDK_SECTOR_BYTES);
  const end = readSector(file, fileBytes - VMDK_SECTOR_BYTES);
  const announced = marker.readUInt32LE(8) === 0 && marker.readUInt32LE(12) === 3;
  const ended = end.readBigUInt64LE(0) === 0n && end.readUInt32LE(8) === 0 && end.readUInt32LE(12) === 0;
  if (!announced || !ended || footer.toString("latin1", 0, 4) !== VMDK_MAGIC)
    throw vmdkTruncated(file.path, "the footer of a stream-optimised disk is missing");
  return footer;
}

type Parsed = Omit<VmdkSparseLayout, "directoryOffset"> & { readonly directoryOffset: number | null };

function parse(file: RandomAccessFile, header: Buffer): Parsed {
  const { path } = file;
  if (header.toString("latin1", 0, 4) !== VMDK_MAGIC)
    throw vmdkDamaged(path, "the header of a sparse extent is missing");
  const version = header.readUInt32LE(4);
  if (version < 1 || version > 3) throw vmdkUnsupported(path, `has format version ${version}`);
  const flags = header.readUInt32LE(8);
  if ((flags & FLAG_NEWLINE_TEST) !== 0 && header.readUInt32LE(73) !== 0x0a0d_200a)
    throw vmdkDamaged(path, "it was transferred as text, which changed its bytes");
  const capacity = sectorCount(path, header.readBigUInt64LE(12), "size");
  const grain = header.readBigUInt64LE(20);
  if (grain === 0n || grain > GRAIN_SECTORS_MAX || (grain & (grain - 1n)) !== 0n)
    throw vmdkUnsupported(path, `has grains of ${grain} sectors`);
  const entriesPerTable = header.readUInt32LE(44);
  if (entriesPerTable === 0 || entriesPerTable > ENTRIES_PER_TABLE)
    throw vmdkUnsupported(path, `has grain tables of ${entriesPerTable} entries`);
  const directoryEntries = Math.ceil(capacity / (Number(grain) * entriesPerTable));
  return {
    version,
    capacitySectors: capacity,
    grainSectors: Number(grain),
    entriesPerTable,
    directoryEntries,
    directoryOffset: directory(file, header.readBigUInt64LE(56), directoryEntries),
    redundantDirectoryOffset:
      (flags & FLAG_REDUNDANT_TABLES) === 0 ? null : directory(file, header.readBigUInt64LE(48), directoryEntries),
    descriptor: embeddedDescriptor(file, header),
    zeroGrains: (flags & FLAG_ZERO_GRAINS) !== 0,
    compressed: isCompressed(path, flags, header.readUInt16LE(77)),
  };
}

function sectorCount(path: string, sectors: bigint, what: string): number {
  if (sectors === 0n || sectors > SECTORS_MAX) throw vmdkDamaged(path, `its ${what} is ${sectors} sectors`);
  return Number(sectors);
}

/** A directory lies in the file before memory is taken for it. */
function directory(file: RandomAccessFile, sector: bigint, entries: number): number | null {
  if (sector === AT_END) return null;
  if (sector === 0n || sector > SECTORS_MAX) throw vmdkDamaged(file.path, `its grain directory cannot be at ${sector}`);
  const begin = Number(sector) * VMDK_SECTOR_BYTES;
  if (begin + entries * 4 > file.sizeBytes())
    throw vmdkTruncated(file.path, `its grain directory should end at ${begin + entries * 4}, beyond the file's end`);
  return begin;
}

function embeddedDescriptor(file: RandomAccessFile, header: Buffer): Extent | null {
  const sector = header.readBigUInt64LE(28);
  const sectors = header.readBigUInt64LE(36);
  if (sector === 0n || sectors === 0n) return null;
  const end = (sector + sectors) * 512n;
  if (end > BigInt(file.sizeBytes())) throw vmdkTruncated(file.path, "it ends before its descriptor does");
  return { offsetBytes: Number(sector) * 512, lengthBytes: Number(sectors) * 512 };
}

function isCompressed(path: string, flags: number, algorithm: number): boolean {
  if ((flags & FLAG_COMPRESSED) === 0) return false;
  if (algorithm !== 1) throw vmdkUnsupported(path, `is compressed by method ${algorithm}`);
  if ((flags & FLAG_MARKERS) === 0) throw vmdkUnsupported(path, "is compressed without markers");
  return true;
}

export interface NewSparseHeader {
  readonly capacitySectors: number;
  readonly descriptorSectors: number;
  readonly redundantDirectorySector: number;
  readonly directorySector: number;
  readonly overheadSectors: number;
}

export function encodeSparseHeader(layout: NewSparseHeader): Buffer {
  const header = Buffer.alloc(VMDK_SECTOR_BYTES);
  header.write(VMDK_MAGIC, 0, "latin1");
  header.writeUInt32LE(1, 4);
  header.writeUInt32LE(FLAG_NEWLINE_TEST | FLAG_REDUNDANT_TABLES, 8);
  header.writeBigUInt64LE(BigInt(layout.capacitySectors), 12);
  header.writeBigUInt64LE(BigInt(GRAIN_SECTORS), 20);
  header.writeBigUInt64LE(layout.descriptorSectors === 0 ? 0n : 1n, 28);
  header.writeBigUInt64LE(BigInt(layout.descriptorSectors), 36);
  header.writeUInt32LE(ENTRIES_PER_TABLE, 44);
  header.writeBigUInt64LE(BigInt(layout.redundantDirectorySector), 48);
  header.writeBigUInt64LE(BigInt(layout.directorySector), 56);
  header.writeBigUInt64LE(BigInt(layout.overheadSectors), 64);
  header.write("\n \r\n", 73, "latin1");
  return header;
}
