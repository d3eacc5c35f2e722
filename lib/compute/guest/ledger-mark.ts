import {
  CONFIG_LBA,
  decodeConfig,
  mix,
  recordTime,
  RECORD_BYTES,
  SECTOR_BYTES,
  viewOf,
  type LedgerConfig,
} from "./ledger-format";
import type { LedgerSource } from "./ledger";

const MARK_MAGIC = 0x4b52414d; // "MARK"

/**
 * What the guest writes when it is asked to quiesce (ledger.asm, write_mark): the sector before its ledger holds magic
 * u32, sequence u32 (one more at each mark), time as in a record, orders u32, start number u32, the ledger's chain u32,
 * checksum u32 over the seven words before it, from the ledger's id. The rest of the sector is zero.
 */
export interface LedgerMark {
  readonly sequence: number;
  /** Orders that were confirmed, and none under way, when it was written. */
  readonly orders: number;
  /** The guest's clock, UTC, `2026-11-22T18:00:01`. */
  readonly at: string;
  /** Checksum of the newest order: the ledger that the mark was made for, to the bit. */
  readonly chain: number;
}

export const markLba = (config: Pick<LedgerConfig, "ledgerStartLba">): number => config.ledgerStartLba - 1;

/** Null when the disk does not carry our guest, or no sound mark. */
export function readLedgerMark(disk: LedgerSource): LedgerMark | null {
  if (disk.virtualSizeBytes < (CONFIG_LBA + 1) * SECTOR_BYTES) return null;
  const sector = new Uint8Array(SECTOR_BYTES);
  disk.read(CONFIG_LBA * SECTOR_BYTES, sector);
  const config = decodeConfig(sector);
  if (!config) return null;
  disk.read(markLba(config) * SECTOR_BYTES, sector);
  const view = viewOf(sector);
  if (view.getUint32(0, true) !== MARK_MAGIC) return null;
  if (view.getUint32(RECORD_BYTES - 4, true) !== mix(config.ledgerId, view, 0, 7)) return null;
  return {
    sequence: view.getUint32(4, true),
    at: recordTime(view, 0),
    orders: view.getUint32(16, true),
    chain: view.getUint32(24, true),
  };
}
