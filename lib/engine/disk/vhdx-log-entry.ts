import { Buffer } from "node:buffer";
import { crc32cWithout } from "./crc32c";
import { guidText } from "./guid";

/** "Log Entry" of [MS-VHDX] 2.3.1: a header, descriptors of what to write where, the 4 KiB sectors to write. */
export const LOG_SECTOR_BYTES = 4096;
const HEADER_BYTES = 64;
const DESCRIPTOR_BYTES = 32;
const CHECKSUM_OFFSET = 4;

export type LogWrite =
  | { readonly kind: "data"; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: "zero"; readonly offset: number; readonly lengthBytes: number };

export interface LogEntry {
  readonly lengthBytes: number;
  /** Where in the log the oldest entry is that still had to be applied when this one was written. */
  readonly tail: number;
  readonly sequence: bigint;
  /** The file had at least this size, durably. */
  readonly flushedFileBytes: bigint;
  /** All that is allocated fits into this size. */
  readonly lastFileBytes: bigint;
  readonly writes: readonly LogWrite[];
}

/** How long the entry says it is; null when no entry with this GUID can begin here. */
export function logEntryLength(head: Buffer, logGuid: string, logBytes: number): number | null {
  if (head.length < HEADER_BYTES || head.toString("latin1", 0, 4) !== "loge") return null;
  const lengthBytes = head.readUInt32LE(8);
  const fits = lengthBytes >= LOG_SECTOR_BYTES && lengthBytes % LOG_SECTOR_BYTES === 0 && lengthBytes <= logBytes;
  return fits && guidText(head, 32) === logGuid ? lengthBytes : null;
}

/** Null when anything of the entry is not as it must be: it is then not part of any sequence. */
export function parseLogEntry(entry: Buffer, logBytes: number): LogEntry | null {
  if (entry.readUInt32LE(CHECKSUM_OFFSET) !== crc32cWithout(entry, CHECKSUM_OFFSET)) return null;
  const tail = entry.readUInt32LE(12);
  const sequence = entry.readBigUInt64LE(16);
  const count = entry.readUInt32LE(24);
  if (sequence === 0n || tail % LOG_SECTOR_BYTES !== 0 || tail >= logBytes) return null;
  const writes = parseDescriptors(entry, sequence, count);
  return writes === null
    ? null
    : {
        lengthBytes: entry.length,
        tail,
        sequence,
        flushedFileBytes: entry.readBigUInt64LE(48),
        lastFileBytes: entry.readBigUInt64LE(56),
        writes,
      };
}

function parseDescriptors(entry: Buffer, sequence: bigint, count: number): LogWrite[] | null {
  const descriptorBytes = Math.ceil((HEADER_BYTES + count * DESCRIPTOR_BYTES) / LOG_SECTOR_BYTES) * LOG_SECTOR_BYTES;
  if (descriptorBytes > entry.length) return null;
  const writes: LogWrite[] = [];
  let sector = descriptorBytes;
  for (let index = 0; index < count; index++) {
    const at = HEADER_BYTES + index * DESCRIPTOR_BYTES;
    if (entry.readBigUInt64LE(at + 24) !== sequence) return null;
    const isData = entry.toString("latin1", at, at + 4) === "desc";
    const write = isData ? dataWrite(entry, at, sector, sequence) : zeroWrite(entry, at);
    if (write === null) return null;
    writes.push(write);
    if (isData) sector += LOG_SECTOR_BYTES;
  }
  return sector === entry.length ? writes : null;
}

/** A sector in the log has its first 8 and last 4 bytes replaced by marks; the descriptor keeps them. */
function dataWrite(entry: Buffer, at: number, sector: number, sequence: bigint): LogWrite | null {
  if (sector + LOG_SECTOR_BYTES > entry.length || entry.toString("latin1", sector, sector + 4) !== "data") return null;
  const high = BigInt(entry.readUInt32LE(sector + 4));
  const low = BigInt(entry.readUInt32LE(sector + LOG_SECTOR_BYTES - 4));
  const offset = safeOffset(entry.readBigUInt64LE(at + 16));
  if ((high << 32n) + low !== sequence || offset === null) return null;
  const bytes = Buffer.from(entry.subarray(sector, sector + LOG_SECTOR_BYTES));
  entry.copy(bytes, 0, at + 8, at + 16);
  entry.copy(bytes, LOG_SECTOR_BYTES - 4, at + 4, at + 8);
  return { kind: "data", offset, bytes };
}

function zeroWrite(entry: Buffer, at: number): LogWrite | null {
  if (entry.toString("latin1", at, at + 4) !== "zero") return null;
  const lengthBytes = safeOffset(entry.readBigUInt64LE(at + 8));
  const offset = safeOffset(entry.readBigUInt64LE(at + 16));
  return lengthBytes === null || offset === null ? null : { kind: "zero", offset, lengthBytes };
}

function safeOffset(value: bigint): number | null {
  return value < 2n ** 52n && value % BigInt(LOG_SECTOR_BYTES) === 0n ? Number(value) : null;
}
