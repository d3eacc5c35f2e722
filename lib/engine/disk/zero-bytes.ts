import { Buffer } from "node:buffer";

const ZEROS = Buffer.alloc(65_536);

/** Compares with a block of zeros, which the C library does at tens of gigabytes a second; a loop here would not. */
export function isZero(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < view.length; at += ZEROS.length) {
    const end = Math.min(at + ZEROS.length, view.length);
    if (view.compare(ZEROS, 0, end - at, at, end) !== 0) return false;
  }
  return true;
}
