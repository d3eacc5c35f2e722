import { ID_BYTES } from "../blocks/block-size";
import type { VaultKeys } from "../keys/vault-keys";
import type { Random } from "@/lib/kernel/random";
import { BLOB_TYPE, packKindOf, packTypeOf, type PackType } from "./blob-type";
import { packName, sha256Hex } from "./object-names";
import { PACK_BLOBS_MAX, PACK_BYTES_MAX, type PackEntry } from "./pack-format";
import { SALT_BYTES } from "./seal";
import { openBox, sealBox } from "./sealed-box";

const PACK_RECORD_BYTES = 32 + SALT_BYTES + 1 + 4 + 4;
const ENTRY_BYTES = ID_BYTES + 8;

/** A stored pack as an index lists it. */
export interface IndexedPack {
  readonly name: string;
  readonly type: PackType;
  readonly sizeBytes: number;
  /** Its key follows from it; kept here so that reading one blob takes one request. */
  readonly salt: Buffer;
  readonly entries: readonly PackEntry[];
}

export function encodeIndex(
  packs: readonly IndexedPack[],
  keys: VaultKeys,
  random: Random,
): { name: string; bytes: Buffer } {
  const blobs = packs.reduce((sum, pack) => sum + pack.entries.length, 0);
  const text = Buffer.alloc(4 + packs.length * PACK_RECORD_BYTES + blobs * ENTRY_BYTES);
  let at = text.writeUInt32LE(packs.length, 0);
  for (const pack of packs) {
    at += text.write(pack.name.slice(-64), at, "hex");
    at += pack.salt.copy(text, at);
    at = text.writeUInt8(BLOB_TYPE[pack.type], at);
    at = text.writeUInt32LE(pack.sizeBytes, at);
    at = text.writeUInt32LE(pack.entries.length, at);
    for (const { id, offset, sealedLength } of pack.entries) {
      at += id.copy(text, at);
      at = text.writeUInt32LE(offset, at);
      at = text.writeUInt32LE(sealedLength, at);
    }
  }
  const bytes = sealBox("index", text, keys, random);
  return { name: `index/${sha256Hex(bytes)}`, bytes };
}

/** Null when it was altered, belongs to another vault, or does not add up. */
export function decodeIndex(bytes: Buffer, keys: VaultKeys): IndexedPack[] | null {
  const text = openBox("index", bytes, keys);
  if (text === null || text.length < 4) return null;
  const packs: IndexedPack[] = [];
  let at = 4;
  for (let left = text.readUInt32LE(0); left > 0; left--) {
    if (at + PACK_RECORD_BYTES > text.length) return null;
    const sha256 = text.toString("hex", at, at + 32);
    const salt = Buffer.from(text.subarray(at + 32, at + 64));
    const type = packTypeOf(text[at + 64]);
    const sizeBytes = text.readUInt32LE(at + 65);
    const count = text.readUInt32LE(at + 69);
    at += PACK_RECORD_BYTES;
    const end = at + count * ENTRY_BYTES;
    if (type === null) return null;
    if (sizeBytes > PACK_BYTES_MAX || count > PACK_BLOBS_MAX || end > text.length) return null;
    const entries: PackEntry[] = [];
    for (; at < end; at += ENTRY_BYTES) {
      entries.push({
        id: text.subarray(at, at + ID_BYTES),
        offset: text.readUInt32LE(at + ID_BYTES),
        sealedLength: text.readUInt32LE(at + ID_BYTES + 4),
      });
    }
    packs.push({ name: packName(packKindOf(type), sha256), type, sizeBytes, salt, entries });
  }
  return at === text.length ? packs : null;
}
