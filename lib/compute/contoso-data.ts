import { createCipheriv, createHash } from "node:crypto";
import type { Disk } from "@/lib/engine/disk/disk";

type WritableDisk = Pick<Disk, "virtualSizeBytes" | "write">;

const BLOCK_BYTES = 64 * 1024;
const WRITE_BYTES = 2 * 1024 * 1024;

/** The next `length` bytes of a stream that its seed determines: AES-256 in counter mode, so it costs next to nothing. */
export type SeededBytes = (length: number) => Buffer;

export function seededBytes(seed: string): SeededBytes {
  const key = createHash("sha256").update(seed).digest();
  const cipher = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  return (length) => cipher.update(Buffer.alloc(length));
}

const COMPONENTS = ["checkout", "catalog", "payment", "shipping", "session", "search", "invoice", "stock"];
const MESSAGES = [
  "request accepted, queued for the next free worker",
  "cache refreshed from the database after it had expired",
  "order confirmed and handed over to the warehouse",
  "connection returned to the pool",
  "retrying after the remote side closed the connection",
  "price list loaded, all articles have a valid tax class",
];

/** Log lines of an application: text that compresses about as well as real logs do. */
function logText(length: number, bytes: SeededBytes, host: string): Buffer {
  const lines: string[] = [];
  let total = 0;
  for (let number = 1; total < length; number += 1) {
    const random = bytes(12);
    const component = COMPONENTS[random.readUInt8(0) % COMPONENTS.length];
    const message = MESSAGES[random.readUInt8(1) % MESSAGES.length];
    const at = new Date(Date.UTC(2026, 0, 5, 6) + number * 137).toISOString();
    const line = `${at} ${host} ${component}[${random.readUInt16LE(2)}]: ${message} id=${random.toString("hex", 4)}\n`;
    lines.push(line);
    total += line.length;
  }
  return Buffer.from(lines.join(""), "latin1").subarray(0, length);
}

/**
 * Writes `lengthBytes` that look like an application's files: in every 64 KiB block one half is log text, the other does
 * not compress (archives, pictures, encrypted columns). In three regions of the disk, since files lie scattered. No two
 * blocks are the same, so that deduplication does not flatter the figures.
 */
export function fillWithApplicationData(
  disk: WritableDisk,
  offsetBytes: number,
  lengthBytes: number,
  bytes: SeededBytes,
  host: string,
): void {
  const text = logText(1024 * 1024, bytes, host);
  const third = Math.ceil(lengthBytes / 3 / WRITE_BYTES) * WRITE_BYTES;
  const room = Math.floor((disk.virtualSizeBytes - offsetBytes) / 3 / WRITE_BYTES) * WRITE_BYTES;
  for (let region = 0, left = lengthBytes; left > 0; region += 1) {
    const length = Math.min(third, left);
    for (let done = 0; done < length; done += WRITE_BYTES) {
      const chunk = Buffer.alloc(Math.min(WRITE_BYTES, length - done));
      for (let at = 0; at < chunk.length; at += BLOCK_BYTES)
        fillBlock(chunk.subarray(at, at + BLOCK_BYTES), text, bytes);
      disk.write(offsetBytes + region * room + done, chunk);
    }
    left -= length;
  }
}

function fillBlock(block: Buffer, text: Buffer, bytes: SeededBytes): void {
  const half = block.length / 2;
  const random = bytes(half);
  text.copy(block, 0, random.readUInt32LE(0) % (text.length - half));
  random.copy(block, half);
}

/**
 * Fills a whole disk so that every 16 bytes say where they belong: disk number, 64 KiB block, generation, offset in the
 * block (32 bits each, little-endian). A misplaced or stale block is recognised wherever it turns up.
 */
export function fillWithSelfIdentifyingData(
  disk: WritableDisk,
  mark: { readonly diskNumber: number; readonly generation: number },
): void {
  for (let offset = 0; offset < disk.virtualSizeBytes; offset += WRITE_BYTES) {
    const words = new Uint32Array(Math.min(WRITE_BYTES, disk.virtualSizeBytes - offset) / 4);
    for (let word = 0; word < words.length; word += 4) {
      const at = offset + word * 4;
      words[word] = mark.diskNumber;
      words[word + 1] = Math.floor(at / BLOCK_BYTES);
      words[word + 2] = mark.generation;
      words[word + 3] = at % BLOCK_BYTES;
    }
    disk.write(offset, new Uint8Array(words.buffer));
  }
}
