import { Buffer } from "node:buffer";
import { assert } from "@/lib/kernel/assert";
import type { Disk, Extent } from "./disk";
import type { DiskOpener } from "./disk-opener";
import { diskIsReadOnly, diskTooLargeForFormat, readExactly, vhdDamaged, vhdTruncated } from "./disk-faults";
import { ExtentList } from "./extent-list";
import { extentsBelow, extentUnion } from "./extent-union";
import { assertInside, type OpenMode } from "./flat-disk";
import { openParentDisk, type ParentClaim, parentIsZero, readParent } from "./parent-disk";
import type { RandomAccessFile } from "./random-access-file";
import { bitmapFill, isSectorSet, setSectors, zeroClearSectors } from "./sector-bitmap";
import { sectorRuns } from "./sector-runs";
import { readVhdParent } from "./vhd-parent";
import { isZero } from "./zero-bytes";
import { checkBlockTable, NO_BLOCK, readBlockTable } from "./vhd-block-table";
import { parseVhdHeader, SECTOR_BYTES, VHD_HEADER_BYTES, type VhdLayout } from "./vhd-dynamic-header";
import { hasVhdCookie, parseVhdFooter, VHD_FOOTER_BYTES, VHD_SIZE_MAX_BYTES, type VhdFooter } from "./vhd-footer";

const ENTRY_BYTES = 4;

/**
 * Opens a dynamic or differencing VHD (the footer's copy is at offset 0); `openParent` is asked for a differencing one's. May run while another process writes the same file through
 * this class: blocks that it adds after the table was read here are simply not seen.
 * Faults: VhdChecksumMismatch, VhdTruncated, VhdTableLoop, VhdDamaged, VhdUnsupported.
 */
export function openDynamicVhd(
  file: RandomAccessFile,
  mode: OpenMode,
  openParent?: (claim: ParentClaim) => Disk,
): Disk {
  const copy = readSector(file, 0);
  const footer = parseVhdFooter(file.path, copy, "start");
  if (footer.headerOffset === null) {
    throw vhdDamaged(file.path, "its first sector is the footer of a fixed disk");
  }
  if (file.sizeBytes() < footer.headerOffset + VHD_HEADER_BYTES) {
    throw vhdTruncated(file.path, "it ends before its dynamic disk header");
  }
  const header = Buffer.alloc(VHD_HEADER_BYTES);
  readExactly(file, footer.headerOffset, header);
  const claim = footer.type === "differencing" ? readVhdParent(file, header) : null;
  const own = parseVhdHeader(file.path, header, footer.headerOffset, footer.virtualSizeBytes);
  const layout = { ...own, metadata: [...own.metadata, ...(claim?.places ?? [])] };
  const table = readBlockTable(file, layout);
  // After the table: a block that another process adds in between then lies within the size, not beyond it.
  const fileBytes = file.sizeBytes();
  const hasTrailer = hasTrailingFooter(file, fileBytes, footer);
  const lastEnd = checkBlockTable(file.path, layout, table, hasTrailer ? fileBytes - VHD_FOOTER_BYTES : fileBytes);
  if (mode === "readwrite" && !hasTrailer) repairTrailer(file, copy, lastEnd);
  const end = hasTrailer ? fileBytes - VHD_FOOTER_BYTES : lastEnd;
  if (claim === null) return new DynamicVhd(file, mode, layout, table, copy, end, null);
  assert(openParent !== undefined, `${file.path} is opened by what made it, and has a parent`);
  return new DynamicVhd(file, mode, layout, table, copy, end, openParent(claim));
}

export const dynamicVhdOpener: DiskOpener = {
  recognises: ({ first }) => first.length >= VHD_FOOTER_BYTES && hasVhdCookie(first),
  open: (file, context) => openDynamicVhd(file, context.mode, (claim) => openParentDisk(file.path, claim, context)),
};

function readSector(file: RandomAccessFile, offset: number): Buffer {
  const sector = Buffer.alloc(VHD_FOOTER_BYTES);
  readExactly(file, offset, sector);
  return sector;
}

/**
 * A missing footer at the end is what a killed writer (of any program) leaves, and everything in it is in the copy. One
 * that is there but wrong is damage.
 */
function hasTrailingFooter(file: RandomAccessFile, fileBytes: number, copy: VhdFooter): boolean {
  const sector = Buffer.alloc(VHD_FOOTER_BYTES);
  if (file.read(fileBytes - VHD_FOOTER_BYTES, sector) !== sector.length || !hasVhdCookie(sector)) return false;
  try {
    assertCopiesAgree(file.path, copy, parseVhdFooter(file.path, sector, "end"));
    return true;
  } catch (error) {
    // A writer grows the file before it overwrites the old footer: we may have read half of each.
    if (file.sizeBytes() !== fileBytes) return false;
    throw error;
  }
}

function assertCopiesAgree(path: string, copy: VhdFooter, trailer: VhdFooter): void {
  if (
    trailer.type !== copy.type ||
    trailer.virtualSizeBytes !== copy.virtualSizeBytes ||
    trailer.headerOffset !== copy.headerOffset ||
    trailer.uniqueId !== copy.uniqueId
  ) {
    throw vhdDamaged(path, "the footer at its end contradicts the copy at its start");
  }
}

/** What follows the last block belongs to a block that was never entered in the table: nobody can have read it. */
function repairTrailer(file: RandomAccessFile, footer: Buffer, lastEnd: number): void {
  file.write(lastEnd, footer);
  file.truncate(lastEnd + VHD_FOOTER_BYTES);
  file.sync();
}

class DynamicVhd implements Disk {
  readonly format: "vhd-dynamic" | "vhd-differencing";
  readonly virtualSizeBytes: number;
  readonly logicalSectorBytes = 512;
  readonly file: RandomAccessFile;
  readonly files: readonly RandomAccessFile[];
  readonly linkageId: string;
  readonly #mode: OpenMode;
  readonly #layout: VhdLayout;
  readonly #table: Uint32Array;
  readonly #footer: Buffer;
  /** Null: what is not in the file is zero. */
  readonly #parent: Disk | null;
  /** 1 where the block's bitmap was seen full: bits are only ever set, so this never has to be asked again. */
  readonly #knownFull: Uint8Array;
  readonly #bitmap: Buffer;
  /** Where the footer is, and so the next block goes. */
  #end: number;
  /** Whether nothing but the footer lies from `#end` on, so that what is skipped there reads zero. */
  #tailClean: boolean;

  constructor(
    file: RandomAccessFile,
    mode: OpenMode,
    layout: VhdLayout,
    table: Uint32Array,
    footer: Buffer,
    footerOffset: number,
    parent: Disk | null,
  ) {
    this.format = parent === null ? "vhd-dynamic" : "vhd-differencing";
    this.#parent = parent;
    this.file = file;
    this.files = [file, ...(parent?.files ?? [])];
    this.linkageId = footer.toString("hex", 68, 84);
    this.virtualSizeBytes = layout.virtualSizeBytes;
    this.#mode = mode;
    this.#layout = layout;
    this.#table = table;
    this.#footer = footer;
    this.#knownFull = new Uint8Array(layout.blockCount);
    this.#bitmap = Buffer.alloc(layout.bitmapBytes);
    this.#end = Math.ceil(footerOffset / SECTOR_BYTES) * SECTOR_BYTES;
    this.#tailClean = footerOffset % SECTOR_BYTES === 0;
  }

  read(offsetBytes: number, into: Uint8Array): void {
    assertInside(this, offsetBytes, into.length);
    this.#eachPiece(offsetBytes, into, (block, inBlock, piece) => this.#readPiece(block, inBlock, piece));
  }

  write(offsetBytes: number, bytes: Uint8Array): void {
    if (this.#mode === "read") throw diskIsReadOnly(this.file.path);
    assertInside(this, offsetBytes, bytes.length);
    this.#eachPiece(offsetBytes, bytes, (block, inBlock, piece) => this.#writePiece(block, inBlock, piece));
  }

  #eachPiece(
    offsetBytes: number,
    bytes: Uint8Array,
    visit: (block: number, inBlock: number, piece: Uint8Array) => void,
  ): void {
    const { blockBytes } = this.#layout;
    for (let done = 0; done < bytes.length;) {
      const inBlock = (offsetBytes + done) % blockBytes;
      const length = Math.min(blockBytes - inBlock, bytes.length - done);
      visit(Math.floor((offsetBytes + done) / blockBytes), inBlock, bytes.subarray(done, done + length));
      done += length;
    }
  }

  /** Null when the block is not in the file, and so is zero. */
  #blockOffset(block: number): number | null {
    const sector = this.#table[block] ?? NO_BLOCK;
    return sector === NO_BLOCK ? null : sector * SECTOR_BYTES;
  }

  #readPiece(block: number, inBlock: number, into: Uint8Array): void {
    const offset = this.#blockOffset(block);
    if (offset === null) {
      this.#readBelow(block, inBlock, into);
      return;
    }
    // Bitmap before data, as a writer in another process goes data before bitmap: a set bit has its data.
    const full = this.#isFull(block, offset);
    readExactly(this.file, offset + this.#layout.bitmapBytes + inBlock, into);
    if (full) return;
    if (this.#parent === null) zeroClearSectors(this.#bitmap, inBlock / SECTOR_BYTES, into);
    else this.#readAbsentSectors(block, inBlock, into);
  }

  /** What the block is where this file has nothing: the parent's, or zero. */
  #readBelow(block: number, inBlock: number, into: Uint8Array): void {
    if (this.#parent === null) into.fill(0);
    else readParent(this.#parent, block * this.#layout.blockBytes + inBlock, into);
  }

  /** `#bitmap` holds the block's bitmap. */
  #readAbsentSectors(block: number, inBlock: number, into: Uint8Array): void {
    const first = inBlock / SECTOR_BYTES;
    const runs = sectorRuns((sector) => isSectorSet(this.#bitmap, sector), first, into.length / SECTOR_BYTES);
    for (const run of runs) {
      if (run.present) continue;
      const begin = (run.first - first) * SECTOR_BYTES;
      this.#readBelow(block, run.first * SECTOR_BYTES, into.subarray(begin, begin + run.count * SECTOR_BYTES));
    }
  }

  /** When false, `#bitmap` holds the block's bitmap. */
  #isFull(block: number, blockOffset: number): boolean {
    if (this.#knownFull[block] === 1) return true;
    readExactly(this.file, blockOffset, this.#bitmap);
    if (bitmapFill(this.#bitmap) !== "full") return false;
    this.#knownFull[block] = 1;
    return true;
  }

  #writePiece(block: number, inBlock: number, piece: Uint8Array): void {
    const offset = this.#blockOffset(block);
    if (offset === null) {
      if (!this.#readsZero(block, inBlock, piece)) this.#addBlock(block, inBlock, piece);
      return;
    }
    this.file.write(offset + this.#layout.bitmapBytes + inBlock, piece);
    if (this.#isFull(block, offset)) return;
    if (setSectors(this.#bitmap, inBlock / SECTOR_BYTES, piece.length / SECTOR_BYTES)) {
      this.file.write(offset, this.#bitmap);
    }
  }

  /** Whether writing the piece into a block that is not there would change nothing: it is zero, and so is what is read. */
  #readsZero(block: number, inBlock: number, piece: Uint8Array): boolean {
    if (!isZero(piece)) return false;
    return this.#parent === null || parentIsZero(this.#parent, block * this.#layout.blockBytes + inBlock, piece.length);
  }

  /** Without a parent every sector of a new block counts: what was not written is zero. */
  #newBitmap(inBlock: number, piece: Uint8Array): Buffer {
    if (this.#parent === null) return this.#bitmap.fill(0xff);
    setSectors(this.#bitmap.fill(0), inBlock / SECTOR_BYTES, piece.length / SECTOR_BYTES);
    return this.#bitmap;
  }

  /**
   * The order makes every instant a sound file: (1) the footer goes to the new end, leaving a hole that reads zero;
   * (2) the data and (3) the bitmap, which covers the old footer, fill the new block; (4) they reach the medium; (5) the
   * table names the block. Killed before 5, the block is space that nobody refers to; the footer is at the end in any
   * case. Sync before 5, since after a power failure a table that was written before the file grew would point beyond it.
   */
  #addBlock(block: number, inBlock: number, piece: Uint8Array): void {
    const { bitmapBytes, blockBytes, tableOffset } = this.#layout;
    const begin = this.#end;
    const end = begin + bitmapBytes + blockBytes;
    if (begin / SECTOR_BYTES >= NO_BLOCK)
      throw diskTooLargeForFormat(this.file.path, this.virtualSizeBytes, VHD_SIZE_MAX_BYTES);
    // An earlier attempt failed half-way (disk full): what it left must not become this block's content.
    if (!this.#tailClean) this.file.truncate(begin);
    this.#tailClean = false;
    this.file.write(end, this.#footer);
    this.file.write(begin + bitmapBytes + inBlock, piece);
    this.file.write(begin, this.#newBitmap(inBlock, piece));
    this.file.sync();
    // From here on the space is never used for another block: if the next write fails, it may still have got through.
    this.#end = end;
    this.#tailClean = true;
    const entry = Buffer.alloc(ENTRY_BYTES);
    entry.writeUInt32BE(begin / SECTOR_BYTES);
    this.file.write(tableOffset + block * ENTRY_BYTES, entry);
    this.#table[block] = begin / SECTOR_BYTES;
    if (this.#parent === null) this.#knownFull[block] = 1;
  }

  allocatedExtents(): Extent[] {
    const list = new ExtentList(this.virtualSizeBytes);
    const { blockBytes, blockCount } = this.#layout;
    for (let block = 0; block < blockCount; block++) {
      const offset = this.#blockOffset(block);
      if (offset === null) continue;
      const begin = block * blockBytes;
      if (this.#isFull(block, offset)) list.add(begin, begin + blockBytes);
      else list.addGrains(begin, blockBytes, (inBlock, lengthBytes) => this.#hasSetSector(inBlock, lengthBytes));
    }
    if (this.#parent === null) return list.extents;
    return extentUnion(list.extents, extentsBelow(this.#parent.allocatedExtents(), this.virtualSizeBytes));
  }

  /** `#bitmap` holds the block's bitmap. */
  #hasSetSector(inBlock: number, lengthBytes: number): boolean {
    const first = inBlock / SECTOR_BYTES;
    for (let sector = first; sector < first + lengthBytes / SECTOR_BYTES; sector++) {
      if (isSectorSet(this.#bitmap, sector)) return true;
    }
    return false;
  }

  sync(): void {
    this.file.sync();
  }

  close(): void {
    this.file.close();
    this.#parent?.close();
  }
}
