import { Buffer } from "node:buffer";
import type { RandomAccessFile } from "./random-access-file";
import { qcow2Damaged, qcow2Truncated } from "./qcow2-faults";
import type { Qcow2Header } from "./qcow2-header";

const OFFSET_MASK = 0x00ff_ffff_ffff_fe00n;
const COMPRESSED = 1n << 62n;
const ZERO = 1n;
export const SUBCLUSTERS = 32;
const TABLES_KEPT_BYTES = 8 * 2 ** 20;

/** What the tables say of a cluster. `absent`: the backing file's, or zero. */
export type Cluster =
  | { readonly kind: "absent" | "zero" }
  | { readonly kind: "data"; readonly offset: number }
  | { readonly kind: "compressed"; readonly offset: number; readonly lengthBytes: number }
  /** Subcluster by subcluster: bit set in `data`, its bytes are in the file; in `zero`, it is zero; in neither, absent. */
  | { readonly kind: "parts"; readonly offset: number; readonly data: number; readonly zero: number };

const ABSENT: Cluster = { kind: "absent" };
const ZEROS: Cluster = { kind: "zero" };

/** The two levels of tables of a qcow2 image; those of the second level are read when they are needed. */
export class Qcow2Tables {
  readonly header: Qcow2Header;
  readonly clusterBytes: number;
  readonly entriesPerTable: number;
  readonly #file: RandomAccessFile;
  readonly #entryBytes: number;
  /** Where each table of the second level is; 0 where there is none. */
  readonly #l1: Float64Array;
  readonly #kept = new Map<number, Buffer>();

  /** Faults: Qcow2Damaged, Qcow2Truncated. */
  constructor(file: RandomAccessFile, header: Qcow2Header) {
    this.#file = file;
    this.header = header;
    this.clusterBytes = 2 ** header.clusterBits;
    this.#entryBytes = header.extendedL2 ? 16 : 8;
    this.entriesPerTable = this.clusterBytes / this.#entryBytes;
    this.#l1 = this.#readL1();
  }

  get tableCount(): number {
    return this.#l1.length;
  }

  hasTable(index: number): boolean {
    return (this.#l1[index] ?? 0) !== 0;
  }

  /** Every table lies in the file; there cannot be more of them than fit, so that walking them ends. */
  #readL1(): Float64Array {
    const { path } = this.#file;
    const raw = Buffer.alloc(this.header.l1Entries * 8);
    if (this.#file.read(this.header.l1Offset, raw) !== raw.length)
      throw qcow2Truncated(path, "it ends within its first table");
    const fileBytes = this.#file.sizeBytes();
    const l1 = new Float64Array(this.header.l1Entries);
    let tables = 0;
    for (let index = 0; index < l1.length; index++) {
      const offset = Number(raw.readBigUInt64BE(index * 8) & OFFSET_MASK);
      if (offset === 0) continue;
      if (offset % this.clusterBytes !== 0) throw qcow2Damaged(path, `a table cannot be at offset ${offset}`);
      if (offset + this.clusterBytes > fileBytes)
        throw qcow2Truncated(path, `a table at ${offset} lies beyond its end`);
      tables += 1;
      l1[index] = offset;
    }
    if (tables * this.clusterBytes > fileBytes)
      throw qcow2Damaged(path, "its first table names the same second table many times");
    return l1;
  }

  cluster(index: number): Cluster {
    const table = this.#table(Math.floor(index / this.entriesPerTable));
    if (table === null) return ABSENT;
    const at = (index % this.entriesPerTable) * this.#entryBytes;
    const entry = table.readBigUInt64BE(at);
    if ((entry & COMPRESSED) !== 0n) return this.#compressed(entry);
    const offset = Number(entry & OFFSET_MASK);
    if (offset % this.clusterBytes !== 0)
      throw qcow2Damaged(this.#file.path, `a cluster cannot be at offset ${offset}`);
    if (this.header.extendedL2) return this.#parts(offset, table.readUInt32BE(at + 12), table.readUInt32BE(at + 8));
    if ((entry & ZERO) !== 0n) {
      if (this.header.version === 2)
        throw qcow2Damaged(this.#file.path, "it has a mark that its version does not know");
      return ZEROS;
    }
    return offset === 0 ? ABSENT : { kind: "data", offset };
  }

  #parts(offset: number, data: number, zero: number): Cluster {
    if ((data & zero) !== 0) throw qcow2Damaged(this.#file.path, "a subcluster is both data and zero");
    if (data !== 0 && offset === 0) throw qcow2Damaged(this.#file.path, "a cluster has data at no place");
    if (data === 0) return zero === 0 ? ABSENT : { kind: "parts", offset, data, zero };
    return { kind: "parts", offset, data, zero };
  }

  /** "Compressed Clusters Descriptor": a byte offset, and the number of further sectors that the data touches. */
  #compressed(entry: bigint): Cluster {
    const offsetBits = BigInt(62 - (this.header.clusterBits - 8));
    const offset = Number(entry & ((1n << offsetBits) - 1n));
    const sectors = Number((entry & (COMPRESSED - 1n)) >> offsetBits) + 1;
    return { kind: "compressed", offset, lengthBytes: sectors * 512 - (offset % 512) };
  }

  #table(index: number): Buffer | null {
    const offset = this.#l1[index] ?? 0;
    if (offset === 0) return null;
    const kept = this.#kept.get(index);
    if (kept !== undefined) return kept;
    const table = Buffer.alloc(this.clusterBytes);
    if (this.#file.read(offset, table) !== table.length)
      throw qcow2Truncated(this.#file.path, `it ends within the table at ${offset}`);
    if ((this.#kept.size + 1) * this.clusterBytes > TABLES_KEPT_BYTES) {
      const oldest = this.#kept.keys().next();
      if (oldest.done !== true) this.#kept.delete(oldest.value);
    }
    this.#kept.set(index, table);
    return table;
  }
}
