import { Buffer } from "node:buffer";
import type { RandomAccessFile } from "./random-access-file";
import { vmdkDamaged, vmdkTruncated } from "./vmdk-faults";
import { VMDK_SECTOR_BYTES, type VmdkSparseLayout } from "./vmdk-sparse-header";

/** What a grain table says of a grain: nothing (ask the parent), zeros, or the sector of the file where it begins. */
export const NO_GRAIN = 0;
const ZERO_ENTRY = 1;

export type Grain =
  { readonly kind: "absent" } | { readonly kind: "zero" } | { readonly kind: "data"; readonly sector: number };

const ABSENT: Grain = { kind: "absent" };
const ZERO: Grain = { kind: "zero" };
/** Tables kept in memory, 2 KiB each: 256 cover 8 GiB of the disk. */
const TABLES_KEPT = 256;

/**
 * Grain directory and grain tables of one sparse extent. Tables are read when they are needed: all of a disk of 2 TiB
 * would be 128 MiB. Faults: VmdkTruncated, VmdkDamaged.
 */
export class VmdkGrainTables {
  readonly file: RandomAccessFile;
  readonly layout: VmdkSparseLayout;
  readonly directory: Uint32Array;
  readonly redundantDirectory: Uint32Array | null;
  readonly #kept = new Map<number, Uint32Array>();

  constructor(file: RandomAccessFile, layout: VmdkSparseLayout) {
    this.file = file;
    this.layout = layout;
    this.directory = this.#readDirectory(layout.directoryOffset);
    this.redundantDirectory =
      layout.redundantDirectoryOffset === null ? null : this.#readDirectory(layout.redundantDirectoryOffset);
  }

  get tableBytes(): number {
    return this.layout.entriesPerTable * 4;
  }

  /** Every table lies in the file; there cannot be more of them than fit, so that walking them ends. */
  #readDirectory(offset: number): Uint32Array {
    const directory = readWords(this.file, offset, this.layout.directoryEntries);
    const fileBytes = this.file.sizeBytes();
    let tables = 0;
    for (const sector of directory) {
      if (sector === 0) continue;
      tables += 1;
      if (sector * VMDK_SECTOR_BYTES + this.tableBytes > fileBytes)
        throw vmdkTruncated(this.file.path, `a grain table at sector ${sector} lies beyond its end`);
    }
    if (tables * this.tableBytes > fileBytes)
      throw vmdkDamaged(this.file.path, "its grain directory names the same grain table many times");
    return directory;
  }

  /** Null where the directory has no table. The caller must not change it. */
  table(index: number): Uint32Array | null {
    const kept = this.#kept.get(index);
    if (kept !== undefined) return kept;
    const sector = this.directory[index] ?? 0;
    if (sector === 0) return null;
    const table = readWords(this.file, sector * VMDK_SECTOR_BYTES, this.layout.entriesPerTable);
    this.#keep(index, table);
    return table;
  }

  #keep(index: number, table: Uint32Array): void {
    if (this.#kept.size >= TABLES_KEPT) {
      const oldest = this.#kept.keys().next();
      if (oldest.done !== true) this.#kept.delete(oldest.value);
    }
    this.#kept.set(index, table);
  }

  grain(index: number): Grain {
    const { entriesPerTable } = this.layout;
    return this.grainOfEntry(this.table(Math.floor(index / entriesPerTable))?.[index % entriesPerTable] ?? NO_GRAIN);
  }

  grainOfEntry(entry: number): Grain {
    if (entry === NO_GRAIN) return ABSENT;
    return entry === ZERO_ENTRY && this.layout.zeroGrains ? ZERO : { kind: "data", sector: entry };
  }

  /** Enters a grain whose data is in the file: first in the copy that nobody reads, then in the one that counts. */
  enter(index: number, sector: number): void {
    const { entriesPerTable } = this.layout;
    const tableIndex = Math.floor(index / entriesPerTable);
    const inTable = index % entriesPerTable;
    const entry = Buffer.alloc(4);
    entry.writeUInt32LE(sector);
    for (const directory of [this.redundantDirectory, this.directory]) {
      const tableSector = directory?.[tableIndex] ?? 0;
      if (tableSector !== 0) this.file.write(tableSector * VMDK_SECTOR_BYTES + inTable * 4, entry);
    }
    const kept = this.table(tableIndex);
    if (kept !== null) kept[inTable] = sector;
  }

  hasTable(grainIndex: number): boolean {
    const index = Math.floor(grainIndex / this.layout.entriesPerTable);
    return this.directory[index] !== 0 && (this.redundantDirectory === null || this.redundantDirectory[index] !== 0);
  }

  /** Where a directory's entry of a grain's table is in the file. */
  directoryEntryOffset(grainIndex: number, which: "primary" | "redundant"): number | null {
    const { directoryOffset, redundantDirectoryOffset, entriesPerTable } = this.layout;
    const begin = which === "primary" ? directoryOffset : redundantDirectoryOffset;
    return begin === null ? null : begin + Math.floor(grainIndex / entriesPerTable) * 4;
  }
}

export function readWords(file: RandomAccessFile, offset: number, count: number): Uint32Array {
  const raw = Buffer.alloc(count * 4);
  if (file.read(offset, raw) !== raw.length) throw vmdkTruncated(file.path, "it ends within one of its tables");
  const words = new Uint32Array(count);
  for (let index = 0; index < count; index++) words[index] = raw.readUInt32LE(index * 4);
  return words;
}
