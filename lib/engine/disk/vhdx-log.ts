import { Buffer } from "node:buffer";
import type { RandomAccessFile } from "./random-access-file";
import { readVhdxExactly, vhdxDamaged, vhdxTruncated, vhdxUnsupported } from "./vhdx-faults";
import { MIB, type VhdxHeader } from "./vhdx-header";
import { LOG_SECTOR_BYTES, type LogEntry, logEntryLength, type LogWrite, parseLogEntry } from "./vhdx-log-entry";

/** Windows and QEMU make logs of 1 MiB. */
const LOG_BYTES_MAX = 256 * MIB;
/** The headers are not changed through the log; region tables, block table, metadata and bitmaps are. */
const FIRST_LOGGED_OFFSET = 192 * 1024;
/** How much a file may lack at its end, and how much a log may zero: some blocks and tables, never the whole disk. */
const GROWTH_BYTES_MAX = 4 * 2 ** 30;

/** What a log that was not applied yet would do to the file. */
export interface PendingLog {
  /** In order: a later write counts. */
  readonly writes: readonly LogWrite[];
  /** The file has at least this size afterwards. */
  readonly fileBytes: number;
}

/**
 * Finds the active sequence as [MS-VHDX] 2.3.3 says: of all runs of valid entries with consecutive numbers whose last
 * entry's tail is in the run, the one with the highest number. Faults: VhdxDamaged, VhdxTruncated, VhdxUnsupported.
 */
export function readPendingLog(file: RandomAccessFile, header: VhdxHeader): PendingLog {
  const { path } = file;
  if (header.logBytes > LOG_BYTES_MAX) throw vhdxUnsupported(path, `has a log of ${header.logBytes} bytes`);
  if (header.logBytes === 0 || header.logOffset + header.logBytes > file.sizeBytes()) {
    throw vhdxTruncated(path, "it ends before the end of its log, which has to be applied first");
  }
  const entries = activeSequence(new LogRing(file, header));
  const head = entries.at(-1);
  if (head === undefined) throw vhdxDamaged(path, "its log has to be applied, and holds no complete sequence");
  const sizeBytes = file.sizeBytes();
  if (head.flushedFileBytes > BigInt(sizeBytes)) {
    throw vhdxTruncated(path, `it had ${head.flushedFileBytes} bytes when its log was written, and has ${sizeBytes}`);
  }
  if (head.lastFileBytes > BigInt(sizeBytes + GROWTH_BYTES_MAX)) {
    throw vhdxTruncated(path, `its log speaks of a file of ${head.lastFileBytes} bytes, and it has ${sizeBytes}`);
  }
  const fileBytes = Math.max(sizeBytes, Number(head.lastFileBytes));
  const writes = entries.flatMap((entry) => entry.writes);
  checkWrites(path, header, writes, fileBytes);
  return { writes, fileBytes };
}

function checkWrites(path: string, header: VhdxHeader, writes: readonly LogWrite[], fileBytes: number): void {
  let zeroed = 0;
  for (const write of writes) {
    const length = write.kind === "data" ? write.bytes.length : write.lengthBytes;
    const end = write.offset + length;
    const onLog = write.offset < header.logOffset + header.logBytes && end > header.logOffset;
    if (write.offset < FIRST_LOGGED_OFFSET || onLog || end > fileBytes) {
      throw vhdxDamaged(path, `its log would write ${length} bytes at offset ${write.offset}, where none belong`);
    }
    if (write.kind === "zero") zeroed += length;
  }
  if (zeroed > GROWTH_BYTES_MAX) throw vhdxDamaged(path, `its log would erase ${zeroed} bytes`);
}

/** The log as a ring; each place is read and checked once, however often the search comes by. */
class LogRing {
  readonly bytes: number;
  readonly #file: RandomAccessFile;
  readonly #header: VhdxHeader;
  readonly #seen = new Map<number, LogEntry | null>();
  #budgetBytes: number;

  constructor(file: RandomAccessFile, header: VhdxHeader) {
    this.#file = file;
    this.#header = header;
    this.bytes = header.logBytes;
    // Entries of an honest log do not overlap: all of them together are as long as the log. A forged one may pretend more.
    this.#budgetBytes = header.logBytes * 16;
  }

  /** `offset` below `bytes`. */
  entryAt(offset: number): LogEntry | null {
    const known = this.#seen.get(offset);
    if (known !== undefined) return known;
    const length = logEntryLength(this.#read(offset, LOG_SECTOR_BYTES), this.#header.logGuid, this.bytes);
    const entry = length === null ? null : parseLogEntry(this.#read(offset, length), this.bytes);
    this.#seen.set(offset, entry);
    return entry;
  }

  #read(offset: number, length: number): Buffer {
    this.#budgetBytes -= length;
    if (this.#budgetBytes < 0) throw vhdxDamaged(this.#file.path, "the entries of its log overlap");
    const bytes = Buffer.alloc(length);
    const untilEnd = Math.min(length, this.bytes - offset);
    readVhdxExactly(this.#file, this.#header.logOffset + offset, bytes.subarray(0, untilEnd));
    readVhdxExactly(this.#file, this.#header.logOffset, bytes.subarray(untilEnd));
    return bytes;
  }
}

interface Run {
  readonly entries: readonly LogEntry[];
  readonly offsets: readonly number[];
  readonly lengthBytes: number;
}

function activeSequence(ring: LogRing): readonly LogEntry[] {
  let active: readonly LogEntry[] = [];
  for (let start = 0; start < ring.bytes;) {
    const run = runFrom(ring, start);
    const head = run.entries.at(-1);
    const first = head === undefined ? -1 : run.offsets.indexOf(head.tail);
    if (head === undefined || first < 0) {
      start += LOG_SECTOR_BYTES;
      continue;
    }
    if (head.sequence > (active.at(-1)?.sequence ?? 0n)) active = run.entries.slice(first);
    start += run.lengthBytes;
  }
  return active;
}

/** As many entries as follow each other, number by number, at most once round. */
function runFrom(ring: LogRing, start: number): Run {
  const entries: LogEntry[] = [];
  const offsets: number[] = [];
  let lengthBytes = 0;
  while (lengthBytes < ring.bytes) {
    const offset = (start + lengthBytes) % ring.bytes;
    const entry = ring.entryAt(offset);
    const last = entries.at(-1);
    if (entry === null || (last !== undefined && entry.sequence !== last.sequence + 1n)) break;
    if (lengthBytes + entry.lengthBytes > ring.bytes) break;
    entries.push(entry);
    offsets.push(offset);
    lengthBytes += entry.lengthBytes;
  }
  return { entries, offsets, lengthBytes };
}
