import { Buffer } from "node:buffer";
import { readExactly, vhdTableLoop, vhdTruncated } from "./disk-faults";
import type { RandomAccessFile } from "./random-access-file";
import { SECTOR_BYTES, type VhdLayout } from "./vhd-dynamic-header";

/** "Block Allocation Table" of the VHD specification: a sector number for each block, or this where there is none. */
export const NO_BLOCK = 0xffff_ffff;

/** The table must lie in the file before memory is taken for it, so that a small file cannot make us take much. */
export function readBlockTable(file: RandomAccessFile, layout: VhdLayout): Uint32Array {
  const bytes = layout.blockCount * 4;
  const fileBytes = file.sizeBytes();
  if (layout.tableOffset + bytes > fileBytes) {
    throw vhdTruncated(
      file.path,
      `its block table should end at ${layout.tableOffset + bytes}, the file at ${fileBytes}`,
    );
  }
  const raw = Buffer.alloc(bytes);
  readExactly(file, layout.tableOffset, raw);
  raw.swap32();
  return new Uint32Array(raw.buffer, raw.byteOffset, layout.blockCount);
}

/**
 * Every block lies in the file, on no other block and on no metadata. Returns the end of the last block (or of the
 * metadata). Faults: VhdTruncated, VhdTableLoop.
 */
export function checkBlockTable(path: string, layout: VhdLayout, table: Uint32Array, endOfBlocks: number): number {
  const blockLength = layout.bitmapBytes + layout.blockBytes;
  const sectors = table.filter((sector) => sector !== NO_BLOCK).sort();
  let lastEnd = Math.max(...layout.metadata.map((extent) => extent.offsetBytes + extent.lengthBytes));
  let previousEnd = 0;
  for (const sector of sectors) {
    const begin = sector * SECTOR_BYTES;
    const end = begin + blockLength;
    if (begin < previousEnd) throw vhdTableLoop(path, `two blocks share the bytes at offset ${begin}`);
    const onMetadata = layout.metadata.find((e) => begin < e.offsetBytes + e.lengthBytes && end > e.offsetBytes);
    if (onMetadata !== undefined) throw vhdTableLoop(path, `a block at offset ${begin} lies on the file's own tables`);
    if (end > endOfBlocks) throw vhdTruncated(path, `a block should end at ${end}, the data ends at ${endOfBlocks}`);
    previousEnd = end;
    lastEnd = Math.max(lastEnd, end);
  }
  return lastEnd;
}
