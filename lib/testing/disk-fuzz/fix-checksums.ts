import { Buffer } from "node:buffer";
import { crc32cWithout } from "@/lib/engine/disk/crc32c";
import type { RandomAccessFile } from "@/lib/engine/disk/random-access-file";
import { vhdChecksum } from "@/lib/engine/disk/vhd-footer";

/** Makes every checksum of a VHD or VHDX right again, so that a changed field is not refused for its sum alone. */
export function fixChecksums(file: RandomAccessFile): void {
  const first = Buffer.alloc(8);
  file.read(0, first);
  if (first.toString("latin1") === "vhdxfile") fixVhdx(file);
  else fixVhd(file);
}

function fixVhd(file: RandomAccessFile): void {
  const size = file.sizeBytes();
  for (const offset of [0, size - 512]) fixSum(file, offset, 512, "conectix", 64);
  fixSum(file, 512, 1024, "cxsparse", 36);
}

function fixSum(file: RandomAccessFile, offset: number, length: number, cookie: string, field: number): void {
  const bytes = Buffer.alloc(length);
  if (offset < 0 || file.read(offset, bytes) !== length) return;
  if (bytes.toString("latin1", 0, cookie.length) !== cookie) return;
  bytes.writeUInt32BE(vhdChecksum(bytes, field), field);
  file.write(offset, bytes);
}

const HEADERS = [65_536, 131_072];
const REGION_TABLES = [196_608, 262_144];
const LOG = 2 ** 20;

function fixVhdx(file: RandomAccessFile): void {
  for (const offset of HEADERS) fixCrc(file, offset, 4096, "head");
  for (const offset of REGION_TABLES) fixCrc(file, offset, 65_536, "regi");
  const log = Buffer.alloc(LOG);
  file.read(LOG, log);
  for (let at = 0; at < LOG; at += 4096) {
    if (log.toString("latin1", at, at + 4) !== "loge") continue;
    const length = log.readUInt32LE(at + 8);
    if (length >= 4096 && at + length <= LOG) fixCrc(file, LOG + at, length, "loge");
  }
}

function fixCrc(file: RandomAccessFile, offset: number, length: number, mark: string): void {
  const bytes = Buffer.alloc(length);
  if (file.read(offset, bytes) !== length || bytes.toString("latin1", 0, 4) !== mark) return;
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32cWithout(bytes, 4));
  file.write(offset + 4, sum);
}
