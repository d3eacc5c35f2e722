import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { Fault } from "@/lib/kernel/fault";
import type { Disk } from "../disk/disk";
import type { FileSystem, RandomAccessFile } from "../disk/random-access-file";
import { isZero } from "../disk/zero-bytes";
import { DirtyBlocks, TRACKING_BLOCK_BYTES } from "./dirty-blocks";
import { cutVoid, preserveLogDamaged } from "./log-faults";

/**
 * The blocks that were overwritten since a cut, as they were at the cut, so that another process can read the disk "as
 * at the cut" while the guest goes on writing. Append-only, little-endian.
 *
 *   header, 64 bytes: "SSPRSRV1" | u32 block bytes | 48 x 0 | u32 CRC-32 of these
 *   entry: u32 block index | u32 kind (0 zero, 1 data) | u32 data bytes | u32 CRC-32 of the data | u32 CRC-32 of these 16
 *          | 12 x 0 | data
 *
 * Why a frozen read is right. The host, before it first overwrites block B after the cut, (h1) appends B's old content
 * here and only when that call has returned (h2) writes the disk. The reader (r1) reads B from the disk, then (r2) reads
 * what this log has grown to, and takes B from it if it is there.
 *   - B is in the log at r2: the entry holds B as at the cut, whatever r1 saw. Right.
 *   - B is not in the log at r2: h1 had not finished at r2, hence h2 had not begun at r2, hence not at r1: r1 read B
 *     before any change since the cut, whole. Right.
 * An entry that is cut off at the end is an h1 in progress: the same as absent. This needs only that a write call that
 * has returned is visible to later reads of other processes, which local file systems give.
 * The log ends by removing its name, before the host writes anything unpreserved. The reader asks at r2 whether the name
 * is still there: if so, the argument held at r1; if not, the read may be anything, and the cut is void.
 */
const MAGIC = "SSPRSRV1";
const HEADER_BYTES = 64;
const ENTRY_BYTES = 32;
const KIND_ZERO = 0;
const KIND_DATA = 1;

export class PreserveLogWriter {
  readonly path: string;
  readonly #fileSystem: FileSystem;
  readonly #file: RandomAccessFile;
  readonly #preserved = new DirtyBlocks();
  readonly #entry = Buffer.alloc(ENTRY_BYTES + TRACKING_BLOCK_BYTES);
  #end = HEADER_BYTES;

  constructor(fileSystem: FileSystem, path: string) {
    this.path = path;
    this.#fileSystem = fileSystem;
    this.#file = fileSystem.create(path, { replace: true });
    try {
      this.#file.write(0, encodeHeader());
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /** Before a write: appends the blocks from `first` to `last` that were not yet preserved. When it throws, `end` the log. */
  preserve(disk: Pick<Disk, "read" | "virtualSizeBytes">, first: number, last: number): void {
    for (let block = first; block <= last; block++) {
      if (this.#preserved.has(block)) continue;
      this.#append(disk, block);
      this.#preserved.add(block);
    }
  }

  #append(disk: Pick<Disk, "read" | "virtualSizeBytes">, block: number): void {
    const offset = block * TRACKING_BLOCK_BYTES;
    const length = Math.min(TRACKING_BLOCK_BYTES, disk.virtualSizeBytes - offset);
    const data = this.#entry.subarray(ENTRY_BYTES, ENTRY_BYTES + length);
    disk.read(offset, data);
    const dataBytes = isZero(data) ? 0 : length;
    const head = this.#entry.subarray(0, ENTRY_BYTES);
    head.writeUInt32LE(block, 0);
    head.writeUInt32LE(dataBytes === 0 ? KIND_ZERO : KIND_DATA, 4);
    head.writeUInt32LE(dataBytes, 8);
    head.writeUInt32LE(dataBytes === 0 ? 0 : crc32(data), 12);
    head.writeUInt32LE(crc32(head.subarray(0, 16)), 16);
    this.#file.write(this.#end, this.#entry.subarray(0, ENTRY_BYTES + dataBytes));
    this.#end += ENTRY_BYTES + dataBytes;
  }

  /** The name goes first: from then on readers know that the cut is over. */
  end(): void {
    this.#fileSystem.remove(this.path);
    this.#file.close();
  }
}

function encodeHeader(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, "latin1");
  header.writeUInt32LE(TRACKING_BLOCK_BYTES, 8);
  header.writeUInt32LE(crc32(header.subarray(0, HEADER_BYTES - 4)), HEADER_BYTES - 4);
  return header;
}

interface EntryPlace {
  readonly dataOffset: number;
  readonly dataBytes: number;
  readonly checksum: number;
}

/** The reader's side, usually in another process. Faults: CutVoid, PreserveLogDamaged. */
export class PreserveLogReader {
  readonly #file: RandomAccessFile;
  readonly #entries = new Map<number, EntryPlace>();
  readonly #head = Buffer.alloc(ENTRY_BYTES);
  #end = HEADER_BYTES;

  constructor(fileSystem: FileSystem, path: string) {
    this.#file = openLog(fileSystem, path);
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      if (this.#file.read(0, header) < HEADER_BYTES || !header.equals(encodeHeader())) {
        throw preserveLogDamaged(path, "it does not begin as a preserve log does");
      }
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /** Takes in what was appended since the last call. Call it after the disk was read, never before. */
  refresh(): void {
    if (!this.#file.isLinked()) throw cutVoid(this.#file.path);
    const size = this.#file.sizeBytes();
    while (this.#end + ENTRY_BYTES <= size) {
      const place = this.#readHead();
      const next = this.#end + ENTRY_BYTES + place.dataBytes;
      if (next > size) return;
      this.#entries.set(this.#head.readUInt32LE(0), place);
      this.#end = next;
    }
  }

  #readHead(): EntryPlace {
    const head = this.#head;
    const got = this.#file.read(this.#end, head);
    const dataBytes = head.readUInt32LE(8);
    if (
      got < ENTRY_BYTES ||
      head.readUInt32LE(16) !== crc32(head.subarray(0, 16)) ||
      dataBytes > TRACKING_BLOCK_BYTES
    ) {
      throw this.#damage(`the entry at offset ${this.#end} does not match its checksum`);
    }
    return { dataOffset: this.#end + ENTRY_BYTES, dataBytes, checksum: head.readUInt32LE(12) };
  }

  /** Null: not preserved, what the disk gave counts. `data`: `into` begins with the block's content. */
  lookup(blockIndex: number, into: Uint8Array): "zero" | "data" | null {
    const place = this.#entries.get(blockIndex);
    if (place === undefined) return null;
    if (place.dataBytes === 0) return "zero";
    const data = into.subarray(0, place.dataBytes);
    const got = this.#file.read(place.dataOffset, data);
    if (got !== place.dataBytes || crc32(data) !== place.checksum) {
      throw this.#damage(`block ${blockIndex} does not match its checksum`);
    }
    return "data";
  }

  /** What was preserved so far, in no order. */
  blockIndexes(): Iterable<number> {
    return this.#entries.keys();
  }

  /** A host whose disk filled up leaves half an entry and ends the cut: then that is what to say. */
  #damage(why: string): Fault {
    return this.#file.isLinked() ? preserveLogDamaged(this.#file.path, why) : cutVoid(this.#file.path);
  }

  close(): void {
    this.#file.close();
  }
}

function openLog(fileSystem: FileSystem, path: string): RandomAccessFile {
  try {
    return fileSystem.open(path, "read");
  } catch (error) {
    if (error instanceof Fault && error.code === "FileNotFound") throw cutVoid(path, error);
    throw error;
  }
}
