import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import type { FileSystem, RandomAccessFile } from "../disk/random-access-file";
import { blocksOf, DirtyBlocks, TRACKING_BLOCK_BYTES } from "./dirty-blocks";
import { writeLogDamaged } from "./log-faults";

/**
 * The write log of one generation, beside the disk, in the spirit of Hyper-V Replica's .hrl: which extents were written,
 * not what. All little-endian.
 *
 *   header, 64 bytes: "SSWRLOG1" | u32 block bytes | u32 0 | u64 generation | u64 virtual size | 28 x 0 | u32 CRC-32 of these
 *   record, 16 bytes: u64 offset | u32 length | u32 CRC-32 of these 12 bytes
 *
 * A record is one write call, made before the data's. So after a kill the log names every extent that may have changed:
 * a record that is cut off at the end belongs to a write that never began and is left out. A complete record that does
 * not match its checksum is damage, wherever it is, since a guess would lose a change.
 */
const MAGIC = "SSWRLOG1";
const HEADER_BYTES = 64;
const RECORD_BYTES = 16;
const LENGTH_MAX = 0xffff_ffff;

export class WriteLogWriter {
  readonly path: string;
  /** What this log names so far: a block that is in it need not be logged again in this generation. */
  readonly blocks = new DirtyBlocks();
  readonly #file: RandomAccessFile;
  readonly #record = Buffer.alloc(RECORD_BYTES);
  #end = HEADER_BYTES;
  #synced = true;

  constructor(fileSystem: FileSystem, path: string, generation: number, virtualSizeBytes: number) {
    this.path = path;
    this.#file = fileSystem.create(path, { replace: true });
    try {
      this.#file.write(0, encodeHeader(generation, virtualSizeBytes));
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /** When it throws, nothing was logged and the data must not be written. */
  append(offsetBytes: number, lengthBytes: number): void {
    if (this.blocks.hasExtent(offsetBytes, lengthBytes)) return;
    for (let done = 0; done < lengthBytes;) {
      const length = Math.min(LENGTH_MAX, lengthBytes - done);
      this.#appendRecord(offsetBytes + done, length);
      done += length;
    }
    this.blocks.addExtent(offsetBytes, lengthBytes);
  }

  #appendRecord(offsetBytes: number, lengthBytes: number): void {
    this.#record.writeBigUInt64LE(BigInt(offsetBytes), 0);
    this.#record.writeUInt32LE(lengthBytes, 8);
    this.#record.writeUInt32LE(crc32(this.#record.subarray(0, 12)), 12);
    this.#synced = false;
    // At our own end, not the file's: a record that failed half-way is overwritten by the next.
    this.#file.write(this.#end, this.#record);
    this.#end += RECORD_BYTES;
  }

  sync(): void {
    if (this.#synced) return;
    this.#file.sync();
    this.#synced = true;
  }

  close(): void {
    this.#file.close();
  }
}

function encodeHeader(generation: number, virtualSizeBytes: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, "latin1");
  header.writeUInt32LE(TRACKING_BLOCK_BYTES, 8);
  header.writeBigUInt64LE(BigInt(generation), 16);
  header.writeBigUInt64LE(BigInt(virtualSizeBytes), 24);
  header.writeUInt32LE(crc32(header.subarray(0, HEADER_BYTES - 4)), HEADER_BYTES - 4);
  return header;
}

/** The blocks that a log names, ascending and unique. Faults: WriteLogDamaged, and those of `FileSystem.open`. */
export function readWriteLog(fileSystem: FileSystem, path: string): Uint32Array {
  const blocks = new DirtyBlocks();
  addWriteLog(fileSystem, path, blocks);
  return blocks.toArray();
}

/** The union of several logs, such as a cut's `writeLogPaths`. Faults as of `readWriteLog`. */
export function readWriteLogs(fileSystem: FileSystem, paths: readonly string[]): DirtyBlocks {
  const blocks = new DirtyBlocks();
  for (const path of paths) addWriteLog(fileSystem, path, blocks);
  return blocks;
}

function addWriteLog(fileSystem: FileSystem, path: string, into: DirtyBlocks): void {
  const file = fileSystem.open(path, "read");
  try {
    const virtualSizeBytes = readHeader(file);
    if (virtualSizeBytes === null) return;
    const chunk = Buffer.alloc(RECORD_BYTES * 4096);
    for (let offset = HEADER_BYTES; ; offset += chunk.length) {
      const got = file.read(offset, chunk);
      const complete = got - (got % RECORD_BYTES);
      for (let at = 0; at < complete; at += RECORD_BYTES) addRecord(path, chunk, at, virtualSizeBytes, into);
      if (got < chunk.length) return;
    }
  } finally {
    file.close();
  }
}

/** The disk's virtual size; null for a log whose writer was killed while making it, before any record. */
function readHeader(file: RandomAccessFile): number | null {
  const header = Buffer.alloc(HEADER_BYTES);
  if (file.read(0, header) < HEADER_BYTES) return null;
  if (header.toString("latin1", 0, 8) !== MAGIC)
    throw writeLogDamaged(file.path, "it does not begin as a write log does");
  if (header.readUInt32LE(HEADER_BYTES - 4) !== crc32(header.subarray(0, HEADER_BYTES - 4))) {
    throw writeLogDamaged(file.path, "the checksum of its header does not match");
  }
  if (header.readUInt32LE(8) !== TRACKING_BLOCK_BYTES) throw writeLogDamaged(file.path, "it has another block size");
  return Number(header.readBigUInt64LE(24));
}

function addRecord(path: string, chunk: Buffer, at: number, virtualSizeBytes: number, into: DirtyBlocks): void {
  if (chunk.readUInt32LE(at + 12) !== crc32(chunk.subarray(at, at + 12))) {
    throw writeLogDamaged(path, "the checksum of a record does not match");
  }
  const offsetBytes = Number(chunk.readBigUInt64LE(at));
  const lengthBytes = chunk.readUInt32LE(at + 8);
  if (lengthBytes === 0 || offsetBytes + lengthBytes > virtualSizeBytes) {
    throw writeLogDamaged(path, `a record names ${lengthBytes} bytes at offset ${offsetBytes}, outside the disk`);
  }
  const { first, last } = blocksOf(offsetBytes, lengthBytes);
  for (let index = first; index <= last; index++) into.add(index);
}
