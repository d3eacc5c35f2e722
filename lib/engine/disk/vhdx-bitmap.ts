import { Buffer } from "node:buffer";
import type { RandomAccessFile } from "./random-access-file";
import { type VhdxBlockTable, type VhdxLayout } from "./vhdx-block-table";
import { readVhdxExactly } from "./vhdx-faults";

/** The bits of some sectors of one block. Least significant bit first, [MS-VHDX] 2.4. */
export interface SectorBits {
  isSet(sectorInBlock: number): boolean;
}

/**
 * The sector bitmaps of a differencing disk: bit set, the sector is in this file; clear, in the parent. They are read
 * when they are needed, since another process may be setting bits.
 */
export class VhdxBitmaps {
  readonly #file: RandomAccessFile;
  readonly #layout: VhdxLayout;
  readonly #table: VhdxBlockTable;
  readonly #bytesPerBlock: number;

  constructor(file: RandomAccessFile, layout: VhdxLayout, table: VhdxBlockTable) {
    this.#file = file;
    this.#layout = layout;
    this.#table = table;
    this.#bytesPerBlock = layout.blockBytes / layout.logicalSectorBytes / 8;
  }

  /** Of a block whose chunk has a bitmap. */
  #offset(block: number): number {
    const bitmap = this.#table.bitmapOffset(Math.floor(block / this.#layout.chunkRatio)) ?? 0;
    return bitmap + (block % this.#layout.chunkRatio) * this.#bytesPerBlock;
  }

  read(block: number, firstSector: number, count: number): SectorBits {
    const { firstByte, bytes } = this.#readBytes(block, firstSector, count);
    return { isSet: (sector) => ((bytes[(sector >> 3) - firstByte] ?? 0) & (1 << (sector & 7))) !== 0 };
  }

  #readBytes(block: number, firstSector: number, count: number): { firstByte: number; bytes: Buffer } {
    const firstByte = firstSector >> 3;
    const bytes = Buffer.alloc(((firstSector + count - 1) >> 3) - firstByte + 1);
    readVhdxExactly(this.#file, this.#offset(block) + firstByte, bytes);
    return { firstByte, bytes };
  }

  /** Sets the bits of sectors whose data is in the file. Writes only what changes. */
  set(block: number, firstSector: number, count: number): void {
    const { firstByte, bytes } = this.#readBytes(block, firstSector, count);
    if (setBits(bytes, firstSector - firstByte * 8, count)) {
      this.#file.write(this.#offset(block) + firstByte, bytes);
    }
  }

  /** For a block that comes into the file: its bits may be left over from a writer that was killed before the table. */
  reset(block: number, firstSector: number, count: number): void {
    const bytes = Buffer.alloc(this.#bytesPerBlock);
    setBits(bytes, firstSector, count);
    this.#file.write(this.#offset(block), bytes);
  }
}

/** True when a bit changed. */
function setBits(bytes: Buffer, first: number, count: number): boolean {
  let changed = false;
  for (let bit = first; bit < first + count; bit++) {
    const old = bytes[bit >> 3] ?? 0;
    const next = old | (1 << (bit & 7));
    if (next !== old) changed = true;
    bytes[bit >> 3] = next;
  }
  return changed;
}
