import { Buffer } from "node:buffer";
import { vmdkDamaged, vmdkTruncated, vmdkUnsupported } from "./vmdk-faults";
import { readWords, type VmdkGrainTables } from "./vmdk-grain-tables";
import { VMDK_SECTOR_BYTES } from "./vmdk-sparse-header";

interface Range {
  readonly begin: number;
  readonly end: number;
}

/**
 * Before anything is written: no two grains share bytes, none lies on the extent's own tables, and the second copy of the
 * tables equals the first (it is made equal: a killed writer leaves it one entry ahead). Returns the sector where the next
 * grain goes. Memory: one bit a grain of the file. Faults: VmdkDamaged, VmdkTruncated, VmdkUnsupported.
 */
export function checkForWriting(tables: VmdkGrainTables): number {
  const { layout, file } = tables;
  if (layout.version >= 3) throw vmdkUnsupported(file.path, "has format version 3, which may only be read");
  const metadata = metadataRanges(tables);
  const used = new SlotMap(Math.ceil(file.sizeBytes() / (layout.grainSectors * VMDK_SECTOR_BYTES)));
  for (const { begin, end } of metadata) markMetadata(used, begin, end, layout.grainSectors * VMDK_SECTOR_BYTES);
  for (let index = 0; index < tables.directory.length; index++) {
    const table = tables.table(index);
    if (table === null) continue;
    for (const entry of table) {
      const grain = tables.grainOfEntry(entry);
      if (grain.kind === "data") takeSlot(tables, used, grain.sector);
    }
    makeCopyEqual(tables, index, table);
  }
  return (used.highest + 1) * layout.grainSectors;
}

/** One bit for each place of the file where a grain can be. */
class SlotMap {
  readonly count: number;
  highest = -1;
  readonly #bits: Uint8Array;

  constructor(count: number) {
    this.count = count;
    this.#bits = new Uint8Array(Math.ceil(count / 8));
  }

  /** False when it was taken already. */
  take(slot: number): boolean {
    const bit = 1 << (slot & 7);
    const byte = this.#bits[slot >>> 3] ?? 0;
    if ((byte & bit) !== 0) return false;
    this.#bits[slot >>> 3] = byte | bit;
    this.highest = Math.max(this.highest, slot);
    return true;
  }
}

function markMetadata(used: SlotMap, begin: number, end: number, grainBytes: number): void {
  for (let slot = Math.floor(begin / grainBytes); slot * grainBytes < end; slot++) used.take(slot);
}

function takeSlot(tables: VmdkGrainTables, used: SlotMap, sector: number): void {
  const { file, layout } = tables;
  const slot = sector / layout.grainSectors;
  if (!Number.isInteger(slot)) throw vmdkUnsupported(file.path, `has a grain at sector ${sector}, off the usual grid`);
  if (slot >= used.count) throw vmdkTruncated(file.path, `a grain at sector ${sector} lies beyond its end`);
  if (!used.take(slot))
    throw vmdkDamaged(file.path, `the grain at sector ${sector} lies on another grain or on the file's own tables`);
}

/** Header, descriptor, directories and tables; none may lie on another. */
function metadataRanges(tables: VmdkGrainTables): Range[] {
  const { layout, file, directory, redundantDirectory } = tables;
  const ranges: Range[] = [{ begin: 0, end: VMDK_SECTOR_BYTES }];
  const add = (begin: number, length: number) => ranges.push({ begin, end: begin + length });
  if (layout.descriptor !== null) add(layout.descriptor.offsetBytes, layout.descriptor.lengthBytes);
  add(layout.directoryOffset, directory.length * 4);
  if (layout.redundantDirectoryOffset !== null) add(layout.redundantDirectoryOffset, directory.length * 4);
  directory.forEach((sector, index) => {
    const copy = redundantDirectory?.[index] ?? 0;
    if (redundantDirectory !== null && (sector === 0) !== (copy === 0))
      throw vmdkDamaged(file.path, "its two grain directories do not name the same tables");
    if (sector !== 0) add(sector * VMDK_SECTOR_BYTES, tables.tableBytes);
    if (copy !== 0) add(copy * VMDK_SECTOR_BYTES, tables.tableBytes);
  });
  ranges.sort((a, b) => a.begin - b.begin);
  let previousEnd = 0;
  for (const { begin, end } of ranges) {
    if (begin < previousEnd) throw vmdkDamaged(file.path, `two of its tables share the bytes at offset ${begin}`);
    previousEnd = end;
  }
  return ranges;
}

function makeCopyEqual(tables: VmdkGrainTables, index: number, table: Uint32Array): void {
  const sector = tables.redundantDirectory?.[index] ?? 0;
  if (sector === 0) return;
  const offset = sector * VMDK_SECTOR_BYTES;
  const copy = readWords(tables.file, offset, table.length);
  if (copy.every((entry, at) => entry === table[at])) return;
  const bytes = Buffer.alloc(table.length * 4);
  table.forEach((entry, at) => bytes.writeUInt32LE(entry, at * 4));
  tables.file.write(offset, bytes);
}
