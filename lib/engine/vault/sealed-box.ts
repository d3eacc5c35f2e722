import type { Random } from "@/lib/kernel/random";
import { deriveObjectKey, type VaultKeys } from "../keys/vault-keys";
import { NONCE_DOMAIN, nonceAt, SALT_BYTES, sealInto, TAG_BYTES, unseal } from "./seal";

const MAGIC = Buffer.from("SSBOX01\n", "latin1");
const HEAD_BYTES = 16;
const TEXT_AT = HEAD_BYTES + SALT_BYTES;
const NONCE = nonceAt(0, NONCE_DOMAIN.blob);

export const BOX_KIND = { index: 1, point: 2, tombstone: 3 } as const;
export type BoxKind = keyof typeof BOX_KIND;

/** One small sealed object with a key of its own (docs/vault-format.md §6). */
export function sealBox(kind: BoxKind, text: Uint8Array, keys: VaultKeys, random: Random): Buffer {
  const bytes = Buffer.alloc(TEXT_AT + text.length + TAG_BYTES);
  MAGIC.copy(bytes, 0);
  bytes[8] = BOX_KIND[kind];
  const salt = random.bytes(SALT_BYTES);
  salt.copy(bytes, HEAD_BYTES);
  sealInto(bytes, TEXT_AT, text, deriveObjectKey(keys.box, salt), NONCE, bytes.subarray(0, TEXT_AT));
  return bytes;
}

/** Null when it is not a box of this kind, of another vault, or altered. */
export function openBox(kind: BoxKind, bytes: Buffer, keys: VaultKeys): Buffer | null {
  if (bytes.length < TEXT_AT + TAG_BYTES || !bytes.subarray(0, 8).equals(MAGIC) || bytes[8] !== BOX_KIND[kind])
    return null;
  const salt = bytes.subarray(HEAD_BYTES, TEXT_AT);
  return unseal(bytes.subarray(TEXT_AT), deriveObjectKey(keys.box, salt), NONCE, bytes.subarray(0, TEXT_AT));
}
