import { Buffer } from "node:buffer";
import { crc32cWithout } from "./crc32c";
import type { Extent } from "./disk";
import { guidBytes, guidText } from "./guid";
import type { RandomAccessFile } from "./random-access-file";
import { readVhdxExactly, vhdxChecksumMismatch, vhdxDamaged, vhdxTruncated, vhdxUnsupported } from "./vhdx-faults";
import { MIB, type VhdxHeader } from "./vhdx-header";

/** "Region Table" of [MS-VHDX] 2.2.3: 64 KiB, twice, naming where the block table (BAT) and the metadata are. */
const TABLE_OFFSETS = [196_608, 262_144] as const;
const TABLE_BYTES = 65_536;
const CHECKSUM_OFFSET = 4;
const ENTRIES_MAX = 2047;
const BAT_REGION = "2dc27766-f623-4200-9d64-115e9bfd4a08";
const METADATA_REGION = "8b7ca206-4790-4b9a-b8fe-575f050f886e";

export interface VhdxRegions {
  readonly bat: Extent;
  readonly metadata: Extent;
  /** All that the table names, known or not, and the log: no block may lie on them. */
  readonly reserved: readonly Extent[];
}

export function writeRegionTables(file: RandomAccessFile, bat: Extent, metadata: Extent): void {
  const table = Buffer.alloc(TABLE_BYTES);
  table.write("regi", 0, "latin1");
  table.writeUInt32LE(2, 8);
  [
    { guid: BAT_REGION, extent: bat },
    { guid: METADATA_REGION, extent: metadata },
  ].forEach(({ guid, extent }, index) => {
    const at = 16 + index * 32;
    guidBytes(guid).copy(table, at);
    table.writeBigUInt64LE(BigInt(extent.offsetBytes), at + 16);
    table.writeUInt32LE(extent.lengthBytes, at + 24);
    table.writeUInt32LE(1, at + 28);
  });
  table.writeUInt32LE(crc32cWithout(table, CHECKSUM_OFFSET), CHECKSUM_OFFSET);
  for (const offset of TABLE_OFFSETS) file.write(offset, table);
}

/** Faults: VhdxTruncated, VhdxChecksumMismatch, VhdxDamaged, VhdxUnsupported. */
export function readRegions(file: RandomAccessFile, header: VhdxHeader): VhdxRegions {
  const table = readTable(file);
  const found = new Map<string, Extent>();
  const count = table.readUInt32LE(8);
  if (count > ENTRIES_MAX) throw vhdxDamaged(file.path, `its region table claims ${count} entries`);
  for (let index = 0; index < count; index++) addRegion(file.path, table, 16 + index * 32, found);
  const bat = found.get(BAT_REGION);
  const metadata = found.get(METADATA_REGION);
  if (bat === undefined || metadata === undefined) {
    throw vhdxDamaged(file.path, "its region table names no block table or no metadata");
  }
  const log = { offsetBytes: header.logOffset, lengthBytes: header.logBytes };
  const reserved = [...found.values(), ...(header.logBytes > 0 ? [log] : [])];
  checkRegions(file, reserved);
  return { bat, metadata, reserved };
}

function readTable(file: RandomAccessFile): Buffer {
  for (const offset of TABLE_OFFSETS) {
    const table = Buffer.alloc(TABLE_BYTES);
    readVhdxExactly(file, offset, table);
    const sound = table.readUInt32LE(CHECKSUM_OFFSET) === crc32cWithout(table, CHECKSUM_OFFSET);
    if (sound && table.toString("latin1", 0, 4) === "regi") return table;
  }
  throw vhdxChecksumMismatch(file.path, "region tables");
}

function addRegion(path: string, table: Buffer, at: number, found: Map<string, Extent>): void {
  const guid = guidText(table, at);
  const offset = table.readBigUInt64LE(at + 16);
  const lengthBytes = table.readUInt32LE(at + 24);
  const known = guid === BAT_REGION || guid === METADATA_REGION;
  if (!known && table.readUInt32LE(at + 28) === 1) throw vhdxUnsupported(path, `needs the unknown region ${guid}`);
  const aligned = offset % BigInt(MIB) === 0n && lengthBytes % MIB === 0 && lengthBytes > 0;
  if (!aligned || offset < BigInt(MIB) || offset > 2n ** 50n || found.has(guid)) {
    throw vhdxDamaged(path, `its region ${guid} cannot have ${lengthBytes} bytes at offset ${offset}`);
  }
  found.set(guid, { offsetBytes: Number(offset), lengthBytes });
}

function checkRegions(file: RandomAccessFile, regions: readonly Extent[]): void {
  const sizeBytes = file.sizeBytes();
  let previousEnd = 0;
  for (const { offsetBytes, lengthBytes } of [...regions].sort((a, b) => a.offsetBytes - b.offsetBytes)) {
    if (offsetBytes < previousEnd) throw vhdxDamaged(file.path, `two of its regions share the bytes at ${offsetBytes}`);
    previousEnd = offsetBytes + lengthBytes;
    if (previousEnd > sizeBytes) {
      throw vhdxTruncated(file.path, `a region should end at ${previousEnd}, the file ends at ${sizeBytes}`);
    }
  }
}
