import type { Disk } from "@/lib/engine/disk/disk";
import { assert } from "@/lib/kernel/assert";
import {
  CONFIG_LBA,
  decodeConfig,
  encodeConfig,
  encodeRecord,
  recordIsEmpty,
  recordTime,
  RECORD_BYTES,
  RECORDS_PER_SECTOR,
  SECTOR_BYTES,
  TAIL_RECORDS,
  verifyRecord,
  viewOf,
  type LedgerConfig,
} from "./ledger-format";
import { LEDGER_IMAGE_BASE64 } from "./ledger-image";

/** Anything that a ledger can be read from: a disk, a tracked disk, a frozen view. */
export type LedgerSource = Pick<Disk, "virtualSizeBytes" | "read">;

export interface LedgerState {
  readonly hostName: string;
  /** Orders that are good, from the first on. */
  readonly count: number;
  /** The guest's clock, UTC, `2026-11-22T18:00:01`; null without orders. */
  readonly lastAt: string | null;
  readonly verdict: "ok" | "damaged";
  /** Sequence number of the first order that is not what it must be. */
  readonly damagedAt: number | null;
}

/** Time and size of one read while a ledger is checked; a multiple of 64 KiB blocks would gain nothing. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Makes a disk bootable with the ledger guest: boot code, partition table, configuration. The ledger's place must be
 * zero (a new disk is), or hold `orders` of an earlier life that the caller writes with `appendOrders`.
 */
export function installLedgerGuest(disk: Pick<Disk, "virtualSizeBytes" | "write">, config: LedgerConfig): void {
  const image = Buffer.from(LEDGER_IMAGE_BASE64, "base64");
  const ledgerEnd = config.ledgerStartLba * SECTOR_BYTES + config.capacity * RECORD_BYTES;
  assert((config.ledgerStartLba - 1) * SECTOR_BYTES >= image.length, "the mark or the ledger overwrites the program");
  assert(ledgerEnd <= disk.virtualSizeBytes, "the ledger does not fit on the disk");
  writePartitionTable(image, disk.virtualSizeBytes / SECTOR_BYTES);
  image.set(encodeConfig(config), CONFIG_LBA * SECTOR_BYTES);
  disk.write(0, image);
}

/** One partition of type DAh ("data without a file system") from LBA 2048 to the end, so that tools see a used disk. */
function writePartitionTable(image: Buffer, sectors: number): void {
  const entry = 446;
  const first = Math.min(2048, sectors - 1);
  image.set([0x80, 0xfe, 0xff, 0xff, 0xda, 0xfe, 0xff, 0xff], entry);
  image.writeUInt32LE(first, entry + 8);
  image.writeUInt32LE(Math.min(sectors - first, 0xffffffff), entry + 12);
}

/** Writes orders as the guest would, starting at an empty ledger: history for a demonstration, and for tests. */
export function writeOrders(
  disk: Pick<Disk, "write">,
  config: LedgerConfig,
  orders: readonly { readonly at: string; readonly amountCents: number }[],
): void {
  assert(orders.length <= config.capacity, "more orders than the ledger holds");
  const sectors = Math.ceil(orders.length / RECORDS_PER_SECTOR);
  if (sectors === 0) return;
  const bytes = new Uint8Array(sectors * SECTOR_BYTES);
  let chain = config.ledgerId;
  orders.forEach((order, index) => {
    const record = { sequence: index + 1, ...order, startNumber: 1, picking: Math.imul(index + 1, 2654435761) >>> 0 };
    chain = encodeRecord(viewOf(bytes), index * RECORD_BYTES, record, chain);
  });
  disk.write(config.ledgerStartLba * SECTOR_BYTES, bytes);
}

/** Reads and checks the whole ledger by the guest's own rules. Null when the disk does not carry our guest. */
export function readLedger(disk: LedgerSource): LedgerState | null {
  return new LedgerReader().read(disk);
}

/**
 * Reads the same disk's ledger again and again at the price of what was added: when the last order that it knows is
 * still in place, it continues there. Blocks before it are not looked at again; `readLedger` does that.
 */
export class LedgerReader {
  #config: Uint8Array | null = null;
  #count = 0;
  #chain = 0;
  #lastAt: string | null = null;

  read(disk: LedgerSource): LedgerState | null {
    if (disk.virtualSizeBytes < (CONFIG_LBA + 1) * SECTOR_BYTES) return null;
    const sector = new Uint8Array(SECTOR_BYTES);
    disk.read(CONFIG_LBA * SECTOR_BYTES, sector);
    const config = decodeConfig(sector);
    if (!config) return null;
    if (!this.#continues(disk, config, sector)) this.#restart(config, sector);
    const damagedAt = this.#scan(disk, config);
    const state: LedgerState = {
      hostName: config.hostName,
      count: this.#count,
      lastAt: this.#lastAt,
      verdict: damagedAt === null ? "ok" : "damaged",
      damagedAt,
    };
    if (damagedAt !== null) this.#config = null;
    return state;
  }

  #restart(config: LedgerConfig, sector: Uint8Array): void {
    this.#config = sector;
    this.#count = 0;
    this.#chain = config.ledgerId;
    this.#lastAt = null;
  }

  #continues(disk: LedgerSource, config: LedgerConfig, sector: Uint8Array): boolean {
    if (!this.#config || this.#count === 0 || Buffer.compare(this.#config, sector) !== 0) return false;
    const bytes = new Uint8Array(SECTOR_BYTES);
    const last = this.#count - 1;
    disk.read((config.ledgerStartLba + Math.floor(last / RECORDS_PER_SECTOR)) * SECTOR_BYTES, bytes);
    const offset = (last % RECORDS_PER_SECTOR) * RECORD_BYTES;
    return (
      viewOf(bytes).getUint32(offset + 28, true) === this.#chain && recordTime(viewOf(bytes), offset) === this.#lastAt
    );
  }

  /** Returns the sequence number of the damaged order, or null. */
  #scan(disk: LedgerSource, config: LedgerConfig): number | null {
    const bytes = new Uint8Array(CHUNK_BYTES);
    let record = this.#count - (this.#count % RECORDS_PER_SECTOR);
    let emptyLeft: number | null = null;
    while (record < config.capacity) {
      const length = Math.min(CHUNK_BYTES, (config.capacity - record) * RECORD_BYTES);
      const chunk = bytes.subarray(0, length);
      disk.read(config.ledgerStartLba * SECTOR_BYTES + record * RECORD_BYTES, chunk);
      const view = viewOf(chunk);
      for (let offset = 0; offset < length; offset += RECORD_BYTES, record += 1) {
        if (record < this.#count) continue;
        if (emptyLeft === null && view.getUint32(offset, true) !== 0) {
          if (!this.#accept(view, offset)) return this.#count + 1;
          continue;
        }
        emptyLeft ??= TAIL_RECORDS;
        if (!recordIsEmpty(view, offset)) return this.#count + 1;
        emptyLeft -= 1;
        if (emptyLeft === 0) return null;
      }
    }
    return null;
  }

  #accept(view: DataView, offset: number): boolean {
    const checksum = verifyRecord(view, offset, this.#count + 1, this.#chain);
    if (checksum === null) return false;
    this.#chain = checksum;
    this.#count += 1;
    this.#lastAt = recordTime(view, offset);
    return true;
  }
}
