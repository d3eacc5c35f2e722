import { Buffer } from "node:buffer";
import { assert } from "@/lib/kernel/assert";
import { notADiskImage, vhdChecksumMismatch, vhdDamaged, vhdUnsupported } from "./disk-faults";
import { vhdGeometry } from "./vhd-geometry";

/**
 * The footer of a VHD: 512 bytes, big-endian, the last sector of every VHD and, as a copy, the first of a dynamic one.
 * Source: Virtual Hard Disk Image Format Specification (Microsoft, 2006), "Hard Disk Footer Format".
 */
export const VHD_FOOTER_BYTES = 512;
/** The largest VHD that Windows makes: 2,040 GiB. */
export const VHD_SIZE_MAX_BYTES = 2040 * 2 ** 30;

const COOKIE = "conectix";
const NO_OFFSET = 0xffff_ffff_ffff_ffffn;
/** The format counts seconds from 1 January 2000, 12:00 am UTC. */
const EPOCH_2000_SECONDS = 946_684_800;
const CHECKSUM_OFFSET = 64;

export type VhdType = "fixed" | "dynamic" | "differencing";
const TYPE_NUMBERS: Readonly<Record<VhdType, number>> = { fixed: 2, dynamic: 3, differencing: 4 };

export interface VhdFooter {
  readonly type: VhdType;
  readonly virtualSizeBytes: number;
  /** Where a dynamic or differencing disk's header is; null for a fixed disk. */
  readonly headerOffset: number | null;
  /** 32 hexadecimal digits. */
  readonly uniqueId: string;
}

export interface VhdIdentity {
  /** A UUID in its usual notation. */
  readonly uniqueId: string;
  readonly createdAt: Date;
}

/** One's complement of the sum of all bytes, the checksum field itself taken as zero (footer and dynamic header alike). */
export function vhdChecksum(bytes: Uint8Array, checksumOffset: number): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index++) {
    if (index < checksumOffset || index >= checksumOffset + 4) sum += bytes[index] ?? 0;
  }
  return ~sum >>> 0;
}

export function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.from(uuid.replaceAll("-", ""), "hex");
  assert(bytes.length === 16, `not a UUID: ${uuid}`);
  return bytes;
}

export function encodeVhdFooter(type: VhdType, virtualSizeBytes: number, identity: VhdIdentity): Buffer {
  const footer = Buffer.alloc(VHD_FOOTER_BYTES);
  const { cylinders, heads, sectorsPerTrack } = vhdGeometry(virtualSizeBytes);
  const seconds = Math.floor(identity.createdAt.getTime() / 1000) - EPOCH_2000_SECONDS;
  footer.write(COOKIE, 0, "latin1");
  footer.writeUInt32BE(2, 8); // Features: a reserved bit that is always set.
  footer.writeUInt32BE(0x0001_0000, 12);
  footer.writeBigUInt64BE(type === "fixed" ? NO_OFFSET : BigInt(VHD_FOOTER_BYTES), 16);
  footer.writeUInt32BE(Math.min(Math.max(seconds, 0), 0xffff_ffff), 24);
  // QEMU believes the size below only of creators it knows to be right about it; of others it takes the geometry's.
  footer.write("win ", 28, "latin1");
  footer.writeUInt32BE(0x000a_0000, 32);
  footer.write("Wi2k", 36, "latin1");
  footer.writeBigUInt64BE(BigInt(virtualSizeBytes), 40);
  footer.writeBigUInt64BE(BigInt(virtualSizeBytes), 48);
  footer.writeUInt16BE(cylinders, 56);
  footer.writeUInt8(heads, 58);
  footer.writeUInt8(sectorsPerTrack, 59);
  footer.writeUInt32BE(TYPE_NUMBERS[type], 60);
  uuidBytes(identity.uniqueId).copy(footer, 68);
  footer.writeUInt32BE(vhdChecksum(footer, CHECKSUM_OFFSET), CHECKSUM_OFFSET);
  return footer;
}

export function hasVhdCookie(sector: Uint8Array): boolean {
  return Buffer.from(sector.buffer, sector.byteOffset, COOKIE.length).toString("latin1") === COOKIE;
}

/** Faults: VhdChecksumMismatch, VhdUnsupported, VhdDamaged. `where` names the copy that is read, for the message. */
export function parseVhdFooter(path: string, sector: Buffer, where: string): VhdFooter {
  if (!hasVhdCookie(sector)) throw notADiskImage(path, `it has no VHD footer at its ${where}`);
  if (sector.readUInt32BE(CHECKSUM_OFFSET) !== vhdChecksum(sector, CHECKSUM_OFFSET)) {
    throw vhdChecksumMismatch(path, `footer at the ${where}`);
  }
  const version = sector.readUInt32BE(12);
  if (version >>> 16 !== 1) throw vhdUnsupported(path, `has format version ${version >>> 16}.${version & 0xffff}`);
  const type = parseType(path, sector.readUInt32BE(60));
  const virtualSize = sector.readBigUInt64BE(48);
  if (virtualSize > BigInt(VHD_SIZE_MAX_BYTES)) throw vhdDamaged(path, `it claims a size of ${virtualSize} bytes`);
  if (virtualSize === 0n || virtualSize % 512n !== 0n) {
    throw vhdDamaged(path, `its size, ${virtualSize} bytes, is not a number of whole sectors`);
  }
  const headerOffset = sector.readBigUInt64BE(16);
  if (type !== "fixed" && (headerOffset % 512n !== 0n || headerOffset < 512n || headerOffset > 2n ** 42n)) {
    throw vhdDamaged(path, `its header cannot be at offset ${headerOffset}`);
  }
  return {
    type,
    virtualSizeBytes: Number(virtualSize),
    headerOffset: type === "fixed" ? null : Number(headerOffset),
    uniqueId: sector.toString("hex", 68, 84),
  };
}

function parseType(path: string, type: number): VhdType {
  switch (type) {
    case 2:
      return "fixed";
    case 3:
      return "dynamic";
    case 4:
      return "differencing";
    default:
      throw vhdUnsupported(path, `has the disk type ${type}`);
  }
}
