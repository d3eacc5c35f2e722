import { createCipheriv, createDecipheriv } from "node:crypto";

export const SALT_BYTES = 32;
export const TAG_BYTES = 16;
export const NONCE_DOMAIN = { blob: 0, header: 1 } as const;

/** The nonce of something sealed at `offset` of its object: unique there because an object is written forwards, once. */
export function nonceAt(offset: number, domain: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32LE(offset, 0);
  nonce.writeUInt32LE(domain, 8);
  return nonce;
}

/** Writes ciphertext ‖ tag into `into` at `at`; returns the length, which is that of `plain` and TAG_BYTES. */
export function sealInto(
  into: Buffer,
  at: number,
  plain: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  context: Uint8Array,
): number {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(context);
  into.set(cipher.update(plain), at);
  cipher.final();
  into.set(cipher.getAuthTag(), at + plain.length);
  return plain.length + TAG_BYTES;
}

/** Null when it was altered, or was not sealed under this key, nonce and context. */
export function unseal(sealed: Uint8Array, key: Uint8Array, nonce: Uint8Array, context: Uint8Array): Buffer | null {
  if (sealed.length < TAG_BYTES) return null;
  const split = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(split));
  const plain = decipher.update(sealed.subarray(0, split));
  try {
    decipher.final();
  } catch {
    // The tag is all that `final` checks; null is the answer "altered", which every caller turns into its own fault.
    return null;
  }
  return plain;
}
