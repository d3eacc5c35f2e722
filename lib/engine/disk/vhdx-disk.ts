import { Buffer } from "node:buffer";
import type { Disk, DiskFormat, Extent } from "./disk";
import { diskIsReadOnly } from "./disk-faults";
import { ExtentList } from "./extent-list";
import { extentsBelow, extentUnion } from "./extent-union";
import { assertInside, type OpenMode } from "./flat-disk";
import { parentIsZero, readParent } from "./parent-disk";
import type { RandomAccessFile } from "./random-access-file";
import { sectorRuns } from "./sector-runs";
import { isZero } from "./zero-bytes";
import { VhdxBitmaps } from "./vhdx-bitmap";
import {
  BITMAP_BLOCK_BYTES,
  bitmapEntryOffset,
  BLOCK_ABSENT,
  blockEntryOffset,
  BLOCK_FULL,
  BLOCK_PARTIAL,
  encodeEntry,
  type VhdxBlockTable,
  type VhdxLayout,
} from "./vhdx-block-table";
import { readVhdxExactly } from "./vhdx-faults";
import type { VhdxHeaders } from "./vhdx-header";

export interface VhdxParts {
  /** With its log applied. */
  readonly file: RandomAccessFile;
  readonly mode: OpenMode;
  readonly headers: VhdxHeaders;
  readonly layout: VhdxLayout;
  readonly table: VhdxBlockTable;
  /** Null: no differencing disk. */
  readonly parent: Disk | null;
  /** Behind everything that is used. */
  readonly endOfBlocks: number;
}

/**
 * A VHDX whose log is empty and stays so. The format's own way to change the tables is its log; here the order of writes
 * does the same work: a block is written and synced where nobody looks before the one entry of 8 bytes that names it is
 * written, so every instant is a sound file whose log need not be applied. That also keeps the file readable for another
 * process at every instant: a log in use would have to be applied by every reader.
 */
export class VhdxDisk implements Disk {
  readonly format: DiskFormat;
  readonly virtualSizeBytes: number;
  readonly logicalSectorBytes: number;
  readonly file: RandomAccessFile;
  readonly files: readonly RandomAccessFile[];
  readonly #mode: OpenMode;
  readonly #headers: VhdxHeaders;
  readonly #layout: VhdxLayout;
  readonly #table: VhdxBlockTable;
  readonly #bitmaps: VhdxBitmaps;
  readonly #parent: Disk | null;
  /** Where the next block goes. */
  #end: number;
  /** Whether nothing lies from `#end` on, so that what is skipped there reads zero. */
  #tailClean = false;
  #changed = false;

  constructor({ file, mode, headers, layout, table, parent, endOfBlocks }: VhdxParts) {
    this.format = parent !== null ? "vhdx-differencing" : layout.leaveBlocksAllocated ? "vhdx-fixed" : "vhdx-dynamic";
    this.virtualSizeBytes = layout.virtualSizeBytes;
    this.logicalSectorBytes = layout.logicalSectorBytes;
    this.file = file;
    this.files = [file, ...(parent?.files ?? [])];
    this.#mode = mode;
    this.#headers = headers;
    this.#layout = layout;
    this.#table = table;
    this.#bitmaps = new VhdxBitmaps(file, layout, table);
    this.#parent = parent;
    this.#end = endOfBlocks;
  }

  get linkageId(): string {
    return this.#headers.current.dataWriteGuid;
  }

  read(offsetBytes: number, into: Uint8Array): void {
    assertInside(this, offsetBytes, into.length);
    this.#forPieces(offsetBytes, into.length, (block, inBlock, begin, end) =>
      this.#readPiece(block, inBlock, into.subarray(begin, end)),
    );
  }

  write(offsetBytes: number, bytes: Uint8Array): void {
    if (this.#mode === "read") throw diskIsReadOnly(this.file.path);
    assertInside(this, offsetBytes, bytes.length);
    const [offset, all] = this.#parent === null ? [offsetBytes, bytes] : this.#wholeSectors(offsetBytes, bytes);
    this.#forPieces(offset, all.length, (block, inBlock, begin, end) =>
      this.#writePiece(block, inBlock, all.subarray(begin, end)),
    );
  }

  #forPieces(
    offsetBytes: number,
    lengthBytes: number,
    visit: (block: number, inBlock: number, begin: number, end: number) => void,
  ): void {
    const { blockBytes } = this.#layout;
    for (let done = 0; done < lengthBytes;) {
      const at = offsetBytes + done;
      const inBlock = at % blockBytes;
      const length = Math.min(blockBytes - inBlock, lengthBytes - done);
      visit(Math.floor(at / blockBytes), inBlock, done, done + length);
      done += length;
    }
  }

  /** A bit stands for a whole logical sector, so what is written must be whole ones: the rest comes from what is there. */
  #wholeSectors(offsetBytes: number, bytes: Uint8Array): readonly [number, Uint8Array] {
    const sector = this.logicalSectorBytes;
    const begin = offsetBytes - (offsetBytes % sector);
    const end = Math.ceil((offsetBytes + bytes.length) / sector) * sector;
    if (end - begin === bytes.length) return [offsetBytes, bytes];
    const whole = Buffer.alloc(end - begin);
    this.read(begin, whole);
    whole.set(bytes, offsetBytes - begin);
    return [begin, whole];
  }

  #readPiece(block: number, inBlock: number, into: Uint8Array): void {
    const state = this.#table.state(block);
    if (state === BLOCK_FULL) readVhdxExactly(this.file, this.#table.offset(block) + inBlock, into);
    else if (state === BLOCK_PARTIAL && this.#parent !== null) this.#readPartial(this.#parent, block, inBlock, into);
    else if (state === BLOCK_ABSENT && this.#parent !== null) {
      readParent(this.#parent, block * this.#layout.blockBytes + inBlock, into);
    } else into.fill(0);
  }

  /** Bits before data, as a writer in another process goes data before bits: a set bit has its data. */
  #readPartial(parent: Disk, block: number, inBlock: number, into: Uint8Array): void {
    const sector = this.logicalSectorBytes;
    const first = Math.floor(inBlock / sector);
    const count = Math.ceil((inBlock + into.length) / sector) - first;
    const bits = this.#bitmaps.read(block, first, count);
    for (const run of sectorRuns((one) => bits.isSet(one), first, count)) {
      const begin = Math.max(run.first * sector, inBlock);
      const end = Math.min((run.first + run.count) * sector, inBlock + into.length);
      const piece = into.subarray(begin - inBlock, end - inBlock);
      if (run.present) readVhdxExactly(this.file, this.#table.offset(block) + begin, piece);
      else readParent(parent, block * this.#layout.blockBytes + begin, piece);
    }
  }

  #writePiece(block: number, inBlock: number, piece: Uint8Array): void {
    const state = this.#table.state(block);
    if (state !== BLOCK_FULL && state !== BLOCK_PARTIAL) {
      if (!this.#readsZero(block, inBlock, piece)) this.#addBlock(block, inBlock, piece);
      return;
    }
    this.#beforeChange(piece);
    this.file.write(this.#table.offset(block) + inBlock, piece);
    if (state === BLOCK_PARTIAL) {
      const sector = this.logicalSectorBytes;
      this.#bitmaps.set(block, inBlock / sector, piece.length / sector);
    }
  }

  /** Whether writing the piece would change nothing: it is zero, and so is what is read there now. */
  #readsZero(block: number, inBlock: number, piece: Uint8Array): boolean {
    if (!isZero(piece)) return false;
    const parent = this.#table.state(block) === BLOCK_ABSENT ? this.#parent : null;
    return parent === null || parentIsZero(parent, block * this.#layout.blockBytes + inBlock, piece.length);
  }

  /** The format wants new ids at the first change after each open, before it; children of this disk look at one of them. */
  #beforeChange(piece: Uint8Array): void {
    if (this.#changed) return;
    const { fileWriteGuid, dataWriteGuid } = this.#headers.current;
    this.#headers.update({
      fileWriteGuid: this.#headers.derivedGuid(fileWriteGuid, "file", piece),
      dataWriteGuid: this.#headers.derivedGuid(dataWriteGuid, "data", piece),
    });
    this.#changed = true;
  }

  /**
   * The order makes every instant a sound file: (1) the data goes behind everything that is used, (2) the file grows to
   * the block's end, (3) in a differencing disk the block's bits are set, and those left over are cleared; (4) all of it
   * reaches the medium; (5) the table names the block. Killed before 5, nobody refers to the space.
   */
  #addBlock(block: number, inBlock: number, piece: Uint8Array): void {
    this.#beforeChange(piece);
    const { blockBytes, virtualSizeBytes } = this.#layout;
    const inDisk = Math.min(blockBytes, virtualSizeBytes - block * blockBytes);
    const isPartial = this.#parent !== null && this.#table.state(block) === BLOCK_ABSENT && piece.length < inDisk;
    if (isPartial) this.#needBitmap(Math.floor(block / this.#layout.chunkRatio));
    const begin = this.#allocate(blockBytes, inBlock, piece);
    const sector = this.logicalSectorBytes;
    if (isPartial) this.#bitmaps.reset(block, inBlock / sector, piece.length / sector);
    this.file.sync();
    const state = isPartial ? BLOCK_PARTIAL : BLOCK_FULL;
    this.file.write(blockEntryOffset(this.#layout, block), encodeEntry(begin, state));
    this.#table.set(block, begin, state);
  }

  #needBitmap(chunk: number): void {
    if (this.#table.bitmapOffset(chunk) !== null) return;
    const begin = this.#allocate(BITMAP_BLOCK_BYTES, 0, new Uint8Array(0));
    this.file.sync();
    this.file.write(bitmapEntryOffset(this.#layout, chunk), encodeEntry(begin, BLOCK_FULL));
    this.#table.setBitmap(chunk, begin);
  }

  /** New space that reads zero but for the piece. It is never given to anything else, even if its entry fails to be written. */
  #allocate(lengthBytes: number, at: number, piece: Uint8Array): number {
    const begin = this.#end;
    const end = begin + lengthBytes;
    // What a killed or failed attempt left there must not become this block's content.
    if (!this.#tailClean && this.file.sizeBytes() > begin) this.file.truncate(begin);
    this.#tailClean = false;
    if (piece.length > 0) this.file.write(begin + at, piece);
    this.file.truncate(end);
    this.#end = end;
    this.#tailClean = true;
    return begin;
  }

  allocatedExtents(): Extent[] {
    const list = new ExtentList(this.virtualSizeBytes);
    const { blockBytes, blockCount } = this.#layout;
    for (let block = 0; block < blockCount; block++) {
      const state = this.#table.state(block);
      if (state === BLOCK_FULL) list.add(block * blockBytes, (block + 1) * blockBytes);
      else if (state === BLOCK_PARTIAL) this.#addPartial(list, block);
    }
    if (this.#parent === null) return list.extents;
    return extentUnion(list.extents, extentsBelow(this.#parent.allocatedExtents(), this.virtualSizeBytes));
  }

  #addPartial(list: ExtentList, block: number): void {
    const { blockBytes } = this.#layout;
    const sector = this.logicalSectorBytes;
    const bits = this.#bitmaps.read(block, 0, blockBytes / sector);
    list.addGrains(block * blockBytes, blockBytes, (inBlock, lengthBytes) => {
      for (let at = inBlock; at < inBlock + lengthBytes; at += sector) if (bits.isSet(at / sector)) return true;
      return false;
    });
  }

  sync(): void {
    this.file.sync();
  }

  close(): void {
    this.file.close();
    this.#parent?.close();
  }
}
