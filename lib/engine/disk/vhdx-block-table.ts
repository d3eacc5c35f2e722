import { Buffer } from "node:buffer";
import type { Extent } from "./disk";
import type { RandomAccessFile } from "./random-access-file";
import { readVhdxExactly, vhdxDamaged, vhdxTruncated } from "./vhdx-faults";
import { HEADER_SECTION_BYTES, MIB } from "./vhdx-header";
import type { VhdxMetadata } from "./vhdx-metadata";

/** States of a payload block, [MS-VHDX] 2.5.1.1. 1, 2 and 3 (undefined, zero, unmapped) all read as zeros here. */
export const BLOCK_ABSENT = 0;
export const BLOCK_ZERO = 2;
export const BLOCK_FULL = 6;
export const BLOCK_PARTIAL = 7;
const BITMAP_PRESENT = 6;

export const ENTRY_BYTES = 8;
/** A sector bitmap block, and the bits in it. */
export const BITMAP_BLOCK_BYTES = MIB;
const BITMAP_BLOCK_SECTORS = 2 ** 23;
const READ_BYTES = MIB;
/** Offsets are kept in MiB, beside the state, in 32 bits: files up to 512 TiB. */
const OFFSET_MIB_MAX = 2 ** 29;

export interface VhdxLayout extends VhdxMetadata {
  readonly bat: Extent;
  readonly blockCount: number;
  /** Payload blocks for each sector bitmap block; in the table, the bitmap's entry follows theirs. */
  readonly chunkRatio: number;
  readonly chunkCount: number;
  /** Regions and log: no block may lie on them. */
  readonly reserved: readonly Extent[];
}

export function chunkRatioOf(metadata: Pick<VhdxMetadata, "blockBytes" | "logicalSectorBytes">): number {
  return (BITMAP_BLOCK_SECTORS * metadata.logicalSectorBytes) / metadata.blockBytes;
}

/** Entries that the table of such a disk has. */
export function tableEntriesOf(blockCount: number, chunkRatio: number, hasParent: boolean): number {
  const chunks = Math.ceil(blockCount / chunkRatio);
  return hasParent ? chunks * (chunkRatio + 1) : blockCount + Math.floor((blockCount - 1) / chunkRatio);
}

/** Where in the file the entry of a payload block is. */
export function blockEntryOffset(layout: VhdxLayout, block: number): number {
  return layout.bat.offsetBytes + (block + Math.floor(block / layout.chunkRatio)) * ENTRY_BYTES;
}

export function bitmapEntryOffset(layout: VhdxLayout, chunk: number): number {
  return layout.bat.offsetBytes + (chunk * (layout.chunkRatio + 1) + layout.chunkRatio) * ENTRY_BYTES;
}

export function encodeEntry(offsetBytes: number, state: number): Buffer {
  const entry = Buffer.alloc(ENTRY_BYTES);
  entry.writeBigUInt64LE((BigInt(offsetBytes / MIB) << 20n) | BigInt(state));
  return entry;
}

/** The block table in memory: 4 bytes a block instead of the file's 8. */
export class VhdxBlockTable {
  readonly #blocks: Uint32Array;
  /** MiB; 0 where there is none. */
  readonly #bitmaps: Uint32Array;

  constructor(blockCount: number, chunkCount: number) {
    this.#blocks = new Uint32Array(blockCount);
    this.#bitmaps = new Uint32Array(chunkCount);
  }

  state(block: number): number {
    return (this.#blocks[block] ?? 0) & 7;
  }

  /** Of a block that is full or partial. */
  offset(block: number): number {
    return ((this.#blocks[block] ?? 0) >>> 3) * MIB;
  }

  set(block: number, offsetBytes: number, state: number): void {
    this.#blocks[block] = (offsetBytes / MIB) * 8 + state;
  }

  /** Null: no block of the chunk is partial. */
  bitmapOffset(chunk: number): number | null {
    const mib = this.#bitmaps[chunk] ?? 0;
    return mib === 0 ? null : mib * MIB;
  }

  setBitmap(chunk: number, offsetBytes: number): void {
    this.#bitmaps[chunk] = offsetBytes / MIB;
  }

  /** Where blocks and bitmaps begin, in MiB times two, plus one for a bitmap; ascending. */
  usedPlaces(): Uint32Array {
    const isUsed = (packed: number): boolean => (packed & 7) >= BLOCK_FULL;
    let count = 0;
    for (const packed of this.#blocks) if (isUsed(packed)) count += 1;
    for (const mib of this.#bitmaps) if (mib !== 0) count += 1;
    const places = new Uint32Array(count);
    for (const packed of this.#blocks) if (isUsed(packed)) places[--count] = (packed >>> 3) * 2;
    for (const mib of this.#bitmaps) if (mib !== 0) places[--count] = mib * 2 + 1;
    return places.sort();
  }
}

/**
 * The table must lie in the file before memory is taken for it. Faults: VhdxTruncated, VhdxDamaged.
 */
export function readBlockTable(file: RandomAccessFile, layout: VhdxLayout): VhdxBlockTable {
  const { path } = file;
  const hasParent = layout.parent !== null;
  const entries = tableEntriesOf(layout.blockCount, layout.chunkRatio, hasParent);
  const bytes = entries * ENTRY_BYTES;
  if (bytes > layout.bat.lengthBytes) {
    throw vhdxDamaged(path, `its block table has ${layout.bat.lengthBytes} bytes where its size needs ${bytes}`);
  }
  if (layout.bat.offsetBytes + bytes > file.sizeBytes()) throw vhdxTruncated(path, "it ends within its block table");
  const table = new VhdxBlockTable(layout.blockCount, layout.chunkCount);
  const chunk = Buffer.alloc(Math.min(READ_BYTES, bytes));
  for (let done = 0; done < bytes; done += chunk.length) {
    const piece = chunk.subarray(0, Math.min(chunk.length, bytes - done));
    readVhdxExactly(file, layout.bat.offsetBytes + done, piece);
    for (let at = 0; at < piece.length; at += ENTRY_BYTES) {
      const low = piece.readUInt32LE(at);
      const high = piece.readUInt32LE(at + 4);
      if (low !== 0 || high !== 0) addEntry(path, layout, table, (done + at) / ENTRY_BYTES, low, high);
    }
  }
  return table;
}

function addEntry(
  path: string,
  layout: VhdxLayout,
  table: VhdxBlockTable,
  index: number,
  low: number,
  high: number,
): void {
  const chunk = Math.floor(index / (layout.chunkRatio + 1));
  const inChunk = index % (layout.chunkRatio + 1);
  const state = low & 7;
  const offsetMib = high * 4096 + (low >>> 20);
  if (offsetMib >= OFFSET_MIB_MAX) throw vhdxTruncated(path, `a block should be at MiB ${offsetMib} of the file`);
  if (inChunk === layout.chunkRatio) {
    if (state !== BITMAP_PRESENT) return;
    if (layout.parent === null) throw vhdxDamaged(path, "it has no parent, but a bitmap of what comes from the parent");
    table.setBitmap(chunk, offsetMib * MIB);
    return;
  }
  const block = chunk * layout.chunkRatio + inChunk;
  // Only in a differencing disk's last chunk: entries for blocks behind the disk's end.
  if (block >= layout.blockCount) return;
  if (state === 4 || state === 5) throw vhdxDamaged(path, `block ${block} has the unknown state ${state}`);
  if (state === BLOCK_PARTIAL && layout.parent === null) {
    throw vhdxDamaged(path, `it has no parent, but block ${block} is partly the parent's`);
  }
  table.set(block, state >= BLOCK_FULL ? offsetMib * MIB : 0, state);
}

/**
 * Every block lies in the file, on no other block and on none of the file's own structures; every partial block has its
 * bitmap. Returns the end of what is used. Faults: VhdxTruncated, VhdxDamaged.
 */
export function checkBlockTable(path: string, layout: VhdxLayout, table: VhdxBlockTable, fileBytes: number): number {
  const reserved = [{ offsetBytes: 0, lengthBytes: HEADER_SECTION_BYTES }, ...layout.reserved];
  let lastEnd = Math.max(...reserved.map((extent) => extent.offsetBytes + extent.lengthBytes));
  let previousEnd = 0;
  for (const place of table.usedPlaces()) {
    const begin = Math.floor(place / 2) * MIB;
    const end = begin + (place % 2 === 1 ? BITMAP_BLOCK_BYTES : layout.blockBytes);
    if (begin < previousEnd) throw vhdxDamaged(path, `two blocks share the bytes at offset ${begin}`);
    if (reserved.some((e) => begin < e.offsetBytes + e.lengthBytes && end > e.offsetBytes)) {
      throw vhdxDamaged(path, `a block at offset ${begin} lies on the file's own tables`);
    }
    if (end > fileBytes) throw vhdxTruncated(path, `a block should end at ${end}, the file ends at ${fileBytes}`);
    previousEnd = end;
    lastEnd = Math.max(lastEnd, end);
  }
  if (layout.parent !== null) checkBitmaps(path, layout, table);
  return lastEnd;
}

function checkBitmaps(path: string, layout: VhdxLayout, table: VhdxBlockTable): void {
  for (let block = 0; block < layout.blockCount; block++) {
    if (table.state(block) !== BLOCK_PARTIAL) continue;
    if (table.bitmapOffset(Math.floor(block / layout.chunkRatio)) === null) {
      throw vhdxDamaged(path, `block ${block} is partly the parent's, and the bitmap that says which part is missing`);
    }
  }
}
