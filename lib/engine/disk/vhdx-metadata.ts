import { Buffer } from "node:buffer";
import type { Extent } from "./disk";
import { guidBytes, guidText } from "./guid";
import type { RandomAccessFile } from "./random-access-file";
import { readVhdxExactly, vhdxDamaged, vhdxUnsupported } from "./vhdx-faults";
import { MIB } from "./vhdx-header";
import { parseParentLocator, type VhdxParentLocator } from "./vhdx-parent-locator";

/** "Metadata Region" of [MS-VHDX] 2.6: a table of 64 KiB, then the items that it names. */
const TABLE_BYTES = 65_536;
const ENTRIES_MAX = 2047;
const ITEM_BYTES_MAX = MIB;
export const VHDX_SIZE_MAX_BYTES = 64 * 2 ** 40;
const BLOCK_BYTES_MAX = 256 * MIB;

const ITEMS = {
  fileParameters: "caa16737-fa36-4d43-b3b6-33f0aa44e76b",
  virtualDiskSize: "2fa54224-cd1b-4876-b211-5dbed83bf4b8",
  virtualDiskId: "beca12ab-b2e6-4523-93ef-c309e000c746",
  logicalSectorSize: "8141bf1d-a96f-4709-ba47-f233a8faab5f",
  physicalSectorSize: "cda348c7-445d-4471-9cc9-e9885251c556",
  parentLocator: "a8d35f2d-b30b-454d-abf7-d3d84834ab0c",
} as const;
type ItemName = keyof typeof ITEMS;

const IS_VIRTUAL_DISK = 2;
const IS_REQUIRED = 4;
const LEAVE_BLOCKS_ALLOCATED = 1;
const HAS_PARENT = 2;

export interface VhdxMetadata {
  readonly virtualSizeBytes: number;
  readonly blockBytes: number;
  readonly logicalSectorBytes: 512 | 4096;
  readonly physicalSectorBytes: 512 | 4096;
  /** A fixed disk: blocks are never given back. */
  readonly leaveBlocksAllocated: boolean;
  readonly virtualDiskId: string;
  /** Null: no differencing disk. */
  readonly parent: VhdxParentLocator | null;
}

/** Faults: VhdxTruncated, VhdxDamaged, VhdxUnsupported. */
export function readMetadata(file: RandomAccessFile, region: Extent): VhdxMetadata {
  const items = readItems(file, region);
  const { path } = file;
  const parameters = need(path, items, "fileParameters", 8);
  const blockBytes = parameters.readUInt32LE(0);
  const isPowerOfTwo = (blockBytes & (blockBytes - 1)) === 0;
  if (blockBytes < MIB || blockBytes > BLOCK_BYTES_MAX || !isPowerOfTwo) {
    throw vhdxDamaged(path, `it claims blocks of ${blockBytes} bytes`);
  }
  const logicalSectorBytes = sectorBytes(path, need(path, items, "logicalSectorSize", 4));
  const size = need(path, items, "virtualDiskSize", 8).readBigUInt64LE(0);
  if (size === 0n || size > BigInt(VHDX_SIZE_MAX_BYTES) || size % BigInt(logicalSectorBytes) !== 0n) {
    throw vhdxDamaged(path, `it claims a size of ${size} bytes`);
  }
  const flags = parameters.readUInt32LE(4);
  const locator = items.get(ITEMS.parentLocator);
  const hasParent = (flags & HAS_PARENT) !== 0;
  if (hasParent && locator === undefined) throw vhdxDamaged(path, "it has a parent and does not say which");
  return {
    virtualSizeBytes: Number(size),
    blockBytes,
    logicalSectorBytes,
    physicalSectorBytes: sectorBytes(path, need(path, items, "physicalSectorSize", 4)),
    leaveBlocksAllocated: (flags & LEAVE_BLOCKS_ALLOCATED) !== 0,
    virtualDiskId: guidText(need(path, items, "virtualDiskId", 16), 0),
    parent: hasParent && locator !== undefined ? parseParentLocator(path, locator) : null,
  };
}

/** The known items, by GUID. */
function readItems(file: RandomAccessFile, region: Extent): Map<string, Buffer> {
  const table = Buffer.alloc(TABLE_BYTES);
  readVhdxExactly(file, region.offsetBytes, table);
  if (table.toString("latin1", 0, 8) !== "metadata") throw vhdxDamaged(file.path, "its metadata table is missing");
  const count = table.readUInt16LE(10);
  if (count > ENTRIES_MAX) throw vhdxDamaged(file.path, `its metadata table claims ${count} entries`);
  const known = new Set<string>(Object.values(ITEMS));
  const items = new Map<string, Buffer>();
  for (let index = 0; index < count; index++) {
    const at = 32 + index * 32;
    const guid = guidText(table, at);
    const flags = table.readUInt32LE(at + 24);
    if (known.has(guid)) items.set(guid, readItem(file, region, table, at));
    else if ((flags & IS_REQUIRED) !== 0) throw vhdxUnsupported(file.path, `needs the unknown metadata item ${guid}`);
  }
  return items;
}

function readItem(file: RandomAccessFile, region: Extent, table: Buffer, at: number): Buffer {
  const offset = table.readUInt32LE(at + 16);
  const length = table.readUInt32LE(at + 20);
  if (length > ITEM_BYTES_MAX || offset < TABLE_BYTES || offset + length > region.lengthBytes) {
    throw vhdxDamaged(file.path, `a metadata item cannot have ${length} bytes at ${offset} of its region`);
  }
  const item = Buffer.alloc(length);
  readVhdxExactly(file, region.offsetBytes + offset, item);
  return item;
}

function need(path: string, items: Map<string, Buffer>, name: ItemName, bytes: number): Buffer {
  const item = items.get(ITEMS[name]);
  if (item === undefined || item.length < bytes) throw vhdxDamaged(path, `its metadata item ${name} is missing`);
  return item;
}

function sectorBytes(path: string, item: Buffer): 512 | 4096 {
  const bytes = item.readUInt32LE(0);
  if (bytes !== 512 && bytes !== 4096) throw vhdxDamaged(path, `it claims sectors of ${bytes} bytes`);
  return bytes;
}

export interface NewMetadata extends Omit<VhdxMetadata, "parent"> {
  /** As `encodeParentLocator` gives it; null: no parent. */
  readonly parentLocator: Buffer | null;
}

/** Table and items, to be written at the start of the region. */
export function encodeMetadata(metadata: NewMetadata): Buffer {
  const flags =
    (metadata.leaveBlocksAllocated ? LEAVE_BLOCKS_ALLOCATED : 0) | (metadata.parentLocator ? HAS_PARENT : 0);
  const items: readonly (readonly [name: ItemName, flags: number, content: Buffer])[] = [
    ["fileParameters", IS_REQUIRED, Buffer.concat([u32(metadata.blockBytes), u32(flags)])],
    ["virtualDiskSize", IS_REQUIRED | IS_VIRTUAL_DISK, u64(metadata.virtualSizeBytes)],
    ["virtualDiskId", IS_REQUIRED | IS_VIRTUAL_DISK, guidBytes(metadata.virtualDiskId)],
    ["logicalSectorSize", IS_REQUIRED | IS_VIRTUAL_DISK, u32(metadata.logicalSectorBytes)],
    ["physicalSectorSize", IS_REQUIRED | IS_VIRTUAL_DISK, u32(metadata.physicalSectorBytes)],
    ...(metadata.parentLocator ? [["parentLocator", IS_REQUIRED, metadata.parentLocator] as const] : []),
  ];
  const table = Buffer.alloc(TABLE_BYTES);
  table.write("metadata", 0, "latin1");
  table.writeUInt16LE(items.length, 10);
  let end = TABLE_BYTES;
  items.forEach(([name, itemFlags, content], index) => {
    const at = 32 + index * 32;
    guidBytes(ITEMS[name]).copy(table, at);
    table.writeUInt32LE(end, at + 16);
    table.writeUInt32LE(content.length, at + 20);
    table.writeUInt32LE(itemFlags, at + 24);
    end += content.length;
  });
  return Buffer.concat([table, ...items.map(([, , content]) => content)]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
