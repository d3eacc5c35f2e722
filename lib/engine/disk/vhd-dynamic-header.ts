import { Buffer } from "node:buffer";
import type { Extent } from "./disk";
import { vhdChecksumMismatch, vhdDamaged, vhdUnsupported } from "./disk-faults";
import { vhdChecksum } from "./vhd-footer";

/** "Dynamic Disk Header Format" of the VHD specification: 1024 bytes, big-endian. */
export const VHD_HEADER_BYTES = 1024;
export const VHD_BLOCK_BYTES = 2 * 2 ** 20;
export const SECTOR_BYTES = 512;

const COOKIE = "cxsparse";
const CHECKSUM_OFFSET = 36;
/** Virtual PC made 512 KiB blocks, Windows makes 2 MiB ones; the bounds keep the table below 64 MiB whatever is claimed. */
const BLOCK_BYTES_MIN = 128 * 1024;
const BLOCK_BYTES_MAX = 256 * 2 ** 20;

/** Where things are in a dynamic VHD. */
export interface VhdLayout {
  readonly virtualSizeBytes: number;
  /** Where the block allocation table (BAT) begins. */
  readonly tableOffset: number;
  /** Blocks that the disk has; the table may have room for more. */
  readonly blockCount: number;
  /** Data of one block. */
  readonly blockBytes: number;
  /** The sector bitmap in front of each block's data. */
  readonly bitmapBytes: number;
  /** Footer copy, header and table: no block may lie on them. */
  readonly metadata: readonly Extent[];
}

export function bitmapBytesFor(blockBytes: number): number {
  return Math.ceil(blockBytes / SECTOR_BYTES / 8 / SECTOR_BYTES) * SECTOR_BYTES;
}

export function tableBytesFor(entries: number): number {
  return Math.ceil((entries * 4) / SECTOR_BYTES) * SECTOR_BYTES;
}

/** `addParent` fills in what a differencing disk says of its parent. */
export function encodeVhdHeader(
  tableOffset: number,
  tableEntries: number,
  addParent: (header: Buffer) => void = () => undefined,
): Buffer {
  const header = Buffer.alloc(VHD_HEADER_BYTES);
  header.write(COOKIE, 0, "latin1");
  header.writeBigUInt64BE(0xffff_ffff_ffff_ffffn, 8);
  header.writeBigUInt64BE(BigInt(tableOffset), 16);
  header.writeUInt32BE(0x0001_0000, 24);
  header.writeUInt32BE(tableEntries, 28);
  header.writeUInt32BE(VHD_BLOCK_BYTES, 32);
  addParent(header);
  header.writeUInt32BE(vhdChecksum(header, CHECKSUM_OFFSET), CHECKSUM_OFFSET);
  return header;
}

/** Faults: VhdChecksumMismatch, VhdUnsupported, VhdDamaged. */
export function parseVhdHeader(
  path: string,
  header: Buffer,
  headerOffset: number,
  virtualSizeBytes: number,
): VhdLayout {
  if (header.toString("latin1", 0, 8) !== COOKIE) throw vhdDamaged(path, "its dynamic disk header is missing");
  if (header.readUInt32BE(CHECKSUM_OFFSET) !== vhdChecksum(header, CHECKSUM_OFFSET)) {
    throw vhdChecksumMismatch(path, "dynamic disk header");
  }
  const version = header.readUInt32BE(24);
  if (version >>> 16 !== 1) throw vhdUnsupported(path, `has header version ${version >>> 16}.${version & 0xffff}`);
  const blockBytes = header.readUInt32BE(32);
  if (blockBytes < BLOCK_BYTES_MIN || blockBytes > BLOCK_BYTES_MAX || (blockBytes & (blockBytes - 1)) !== 0) {
    throw vhdUnsupported(path, `has blocks of ${blockBytes} bytes`);
  }
  const blockCount = Math.ceil(virtualSizeBytes / blockBytes);
  const tableEntries = header.readUInt32BE(28);
  if (tableEntries < blockCount) {
    throw vhdDamaged(path, `its block table has ${tableEntries} entries where the disk's size needs ${blockCount}`);
  }
  const tableOffset = header.readBigUInt64BE(16);
  if (tableOffset % 512n !== 0n || tableOffset < 512n || tableOffset > 2n ** 42n) {
    throw vhdDamaged(path, `its block table cannot be at offset ${tableOffset}`);
  }
  const table = Number(tableOffset);
  const tableEnd = table + tableBytesFor(blockCount);
  const headerEnd = headerOffset + VHD_HEADER_BYTES;
  if (table < headerEnd && tableEnd > headerOffset) throw vhdDamaged(path, "its header and its block table overlap");
  return {
    virtualSizeBytes,
    tableOffset: table,
    blockCount,
    blockBytes,
    bitmapBytes: bitmapBytesFor(blockBytes),
    metadata: [
      { offsetBytes: 0, lengthBytes: SECTOR_BYTES },
      { offsetBytes: headerOffset, lengthBytes: VHD_HEADER_BYTES },
      { offsetBytes: table, lengthBytes: tableEnd - table },
    ],
  };
}
