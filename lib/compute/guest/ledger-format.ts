import { assert } from "@/lib/kernel/assert";

/**
 * What the ledger guest (ledger.asm, which must change together with this file) keeps on its disk. All numbers are
 * little-endian. One sector of configuration at LBA 1; records of 32 bytes, 16 to a sector, from `ledgerStartLba` on;
 * zeros where no order is yet.
 *
 * Record: magic u32, sequence u32 (from 1), year u16, month u8, day u8, hour u8, minute u8, second u8, 0, amount in
 * cents u32, start number u32, picking number u32, checksum u32. The checksum covers the seven words before it and
 * starts from the checksum of the record before (the ledger's id for the first): a stale, swapped or missing block
 * breaks the chain.
 */
export const SECTOR_BYTES = 512;
export const RECORD_BYTES = 32;
export const RECORDS_PER_SECTOR = SECTOR_BYTES / RECORD_BYTES;
export const CONFIG_LBA = 1;
/** After the last order this many records must be zero (or as many as there are); else a block is stale or misplaced. */
export const TAIL_RECORDS = 256 * RECORDS_PER_SECTOR;

const RECORD_MAGIC = 0x5244524f; // "ORDR"
const CONFIG_MAGIC = "SSGUEST1";
const MIX_FACTOR = 0x9e3779b1 | 0;
const HOST_NAME_BYTES = 32;
const TITLE_BYTES = 48;

export interface LedgerConfig {
  /** Shown on the console and reported on the serial port; ASCII, at most 31 characters, no spaces. */
  readonly hostName: string;
  /** What the machine is for, e.g. "Orders database"; ASCII, at most 47 characters. */
  readonly title: string;
  readonly ledgerStartLba: number;
  /** Records; a multiple of 16. */
  readonly capacity: number;
  /** An order about every so many timer ticks (18.2 a second). */
  readonly ticksPerOrder: number;
  /** Distinguishes this ledger's records from those of any other: the start of the checksum chain. Unsigned, 32 bits. */
  readonly ledgerId: number;
}

export interface LedgerRecord {
  readonly sequence: number;
  /** The guest's clock, UTC, seconds: `2026-11-22T18:00:01`. */
  readonly at: string;
  readonly amountCents: number;
  readonly startNumber: number;
  readonly picking: number;
}

/** The guest's checksum step over `words` 32-bit words at `offset`. Unsigned result. */
export function mix(state: number, view: DataView, offset: number, words: number): number {
  let sum = state | 0;
  for (let index = 0; index < words; index += 1) {
    sum = Math.imul(((sum << 5) | (sum >>> 27)) ^ view.getInt32(offset + index * 4, true), MIX_FACTOR);
  }
  return sum >>> 0;
}

export function encodeConfig(config: LedgerConfig): Uint8Array {
  assert(/^[!-~]{1,31}$/.test(config.hostName), `host name "${config.hostName}" does not fit the guest`);
  assert(/^[ -~]{0,47}$/.test(config.title), `title "${config.title}" does not fit the guest`);
  assert(
    config.capacity > 0 && config.capacity % RECORDS_PER_SECTOR === 0,
    "capacity must be a multiple of 16 records",
  );
  assert(config.ticksPerOrder >= 1, "an order takes at least one timer tick");
  const sector = Buffer.alloc(SECTOR_BYTES);
  sector.write(CONFIG_MAGIC, 0, "latin1");
  sector.writeUInt32LE(1, 8);
  sector.writeUInt32LE(config.ledgerStartLba, 12);
  sector.writeUInt32LE(config.capacity, 16);
  sector.writeUInt32LE(config.ticksPerOrder, 20);
  sector.writeUInt32LE(config.ledgerId, 24);
  sector.write(config.hostName, 32, HOST_NAME_BYTES - 1, "latin1");
  sector.write(config.title, 64, TITLE_BYTES - 1, "latin1");
  sector.writeUInt32LE(mix(0, viewOf(sector), 0, 127), 508);
  return sector;
}

/** Null when the sector is not a guest's configuration (another system's disk, or damaged). */
export function decodeConfig(sector: Uint8Array): LedgerConfig | null {
  const bytes = Buffer.from(sector.buffer, sector.byteOffset, SECTOR_BYTES);
  if (bytes.toString("latin1", 0, 8) !== CONFIG_MAGIC) return null;
  if (bytes.readUInt32LE(508) !== mix(0, viewOf(bytes), 0, 127)) return null;
  return {
    hostName: textAt(bytes, 32, HOST_NAME_BYTES),
    title: textAt(bytes, 64, TITLE_BYTES),
    ledgerStartLba: bytes.readUInt32LE(12),
    capacity: bytes.readUInt32LE(16),
    ticksPerOrder: bytes.readUInt32LE(20),
    ledgerId: bytes.readUInt32LE(24),
  };
}

/** Writes one record at `offset` and returns its checksum, the `chain` of the next. */
export function encodeRecord(view: DataView, offset: number, record: LedgerRecord, chain: number): number {
  const part = (from: number, to: number): number => Number(record.at.slice(from, to));
  view.setUint32(offset, RECORD_MAGIC, true);
  view.setUint32(offset + 4, record.sequence, true);
  view.setUint16(offset + 8, part(0, 4), true);
  view.setUint8(offset + 10, part(5, 7));
  view.setUint8(offset + 11, part(8, 10));
  view.setUint8(offset + 12, part(11, 13));
  view.setUint8(offset + 13, part(14, 16));
  view.setUint8(offset + 14, part(17, 19));
  view.setUint8(offset + 15, 0);
  view.setUint32(offset + 16, record.amountCents, true);
  view.setUint32(offset + 20, record.startNumber, true);
  view.setUint32(offset + 24, record.picking, true);
  const checksum = mix(chain, view, offset, 7);
  view.setUint32(offset + 28, checksum, true);
  return checksum;
}

/** The record's checksum when it is the one that must stand here, else null. */
export function verifyRecord(view: DataView, offset: number, sequence: number, chain: number): number | null {
  if (view.getUint32(offset, true) !== RECORD_MAGIC || view.getUint32(offset + 4, true) !== sequence) return null;
  const checksum = mix(chain, view, offset, 7);
  return view.getUint32(offset + 28, true) === checksum ? checksum : null;
}

export function recordIsEmpty(view: DataView, offset: number): boolean {
  for (let at = offset; at < offset + RECORD_BYTES; at += 4) if (view.getUint32(at, true) !== 0) return false;
  return true;
}

/** The time in a record, as `2026-11-22T18:00:01`. */
export function recordTime(view: DataView, offset: number): string {
  const two = (at: number): string => String(view.getUint8(offset + at)).padStart(2, "0");
  const year = String(view.getUint16(offset + 8, true)).padStart(4, "0");
  return `${year}-${two(10)}-${two(11)}T${two(12)}:${two(13)}:${two(14)}`;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(bytes: Buffer, offset: number, length: number): string {
  const end = bytes.indexOf(0, offset);
  return bytes.toString("latin1", offset, end < 0 ? offset + length : Math.min(end, offset + length));
}
