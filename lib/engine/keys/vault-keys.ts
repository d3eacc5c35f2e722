import { hkdfSync } from "node:crypto";
import { assert } from "@/lib/kernel/assert";

export const KEY_BYTES = 32;

/** The keys of one vault (docs/vault-format.md §4). Never logged, never in argv or the environment, never in the store. */
export interface VaultKeys {
  readonly master: Buffer;
  readonly block: Buffer;
  readonly page: Buffer;
  readonly root: Buffer;
  readonly pack: Buffer;
  readonly box: Buffer;
}

export function deriveVaultKeys(master: Uint8Array): VaultKeys {
  assert(master.length === KEY_BYTES, "a master key has 32 bytes");
  const sub = (name: string) => hkdf(master, Buffer.alloc(0), `secondsite/v1/${name}`);
  return {
    master: Buffer.from(master),
    block: sub("block"),
    page: sub("page"),
    root: sub("root"),
    pack: sub("pack"),
    box: sub("box"),
  };
}

/** The key of one pack or box: fresh salt, fresh key, hence nonces need to differ within the object only. */
export function deriveObjectKey(parent: Uint8Array, salt: Uint8Array): Buffer {
  return hkdf(parent, salt, "secondsite/v1/object");
}

function hkdf(key: Uint8Array, salt: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, info, KEY_BYTES));
}
