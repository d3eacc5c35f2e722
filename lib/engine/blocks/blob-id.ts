import { ID_BYTES } from "./block-size";

/** Names a block or a page by its keyed hash; all zero for content that is all zero and therefore not stored. */
export type BlobId = Buffer;

const ZERO: BlobId = Buffer.alloc(ID_BYTES);

export function zeroId(): BlobId {
  return Buffer.alloc(ID_BYTES);
}

export function isZeroId(id: Uint8Array): boolean {
  return ZERO.equals(id);
}

export function idFromHex(hex: string): BlobId | null {
  return /^[0-9a-f]{64}$/.test(hex) ? Buffer.from(hex, "hex") : null;
}
