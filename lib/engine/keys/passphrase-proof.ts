import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { KEY_BYTES, type VaultKeys } from "./vault-keys";

/**
 * Proves to the vault's side that a host opened the key envelope, hence knew the passphrase, without telling it: an
 * HMAC-SHA-256 over the vault's nonce, with a key of its own that is derived from the master key and used for nothing else.
 */
export function passphraseProof(keys: VaultKeys, nonce: Uint8Array): Buffer {
  const key = Buffer.from(hkdfSync("sha256", keys.master, Buffer.alloc(0), "secondsite/v1/proof", KEY_BYTES));
  return createHmac("sha256", key).update(nonce).digest();
}

export function isPassphraseProof(keys: VaultKeys, nonce: Uint8Array, proof: Uint8Array): boolean {
  const expected = passphraseProof(keys, nonce);
  return proof.length === expected.length && timingSafeEqual(expected, proof);
}
