import { ID_BYTES } from "../blocks/block-size";
import { deriveObjectKey, type VaultKeys } from "../keys/vault-keys";
import { BLOB_TYPE, packTypeOf, plainLength, type BlobType, type PackType } from "./blob-type";
import { groupCount } from "./block-group";
import { NONCE_DOMAIN, nonceAt, SALT_BYTES, TAG_BYTES, unseal } from "./seal";

/** docs/vault-format.md §5. */
export const PACK_BYTES_MAX = 8 * 1024 * 1024;
/** What a writer fills: object stores are fastest with eight of these in flight, and a buffer of this size is cheap. */
export const PACK_FILL_BYTES = 4 * 1024 * 1024;
export const PACK_BLOBS_MAX = 4_096;
export const PACK_MAGIC = Buffer.from("SSPACK1\n", "latin1");
export const PACK_END = Buffer.from("PEND", "latin1");
export const PACK_SALT_AT = 16;
export const PACK_HEAD_BYTES = PACK_SALT_AT + SALT_BYTES;
export const PACK_FOOT_BYTES = 8;
export const HEADER_ENTRY_BYTES = 1 + ID_BYTES + 12;

export interface PackEntry {
  readonly id: Buffer;
  readonly offset: number;
  readonly sealedLength: number;
}

export interface PackHeader {
  readonly type: PackType;
  readonly salt: Buffer;
  readonly entries: PackEntry[];
}

export function packKey(keys: VaultKeys, salt: Uint8Array): Buffer {
  return deriveObjectKey(keys.pack, salt);
}

/** What a blob's seal binds besides its place: type and id. */
export function blobContext(type: BlobType, id: Uint8Array): Buffer {
  const context = Buffer.alloc(1 + ID_BYTES);
  context[0] = BLOB_TYPE[type];
  context.set(id, 1);
  return context;
}

/** What a group's seal binds besides its place: blocks are compared with their ids when they have been taken out. */
export const GROUP_CONTEXT = Buffer.from([BLOB_TYPE.group]);

/** Where the sealed header of a pack lies, from its last PACK_FOOT_BYTES; null when they are not a pack's. */
export function headerPlace(foot: Buffer, packSizeBytes: number): { offset: number; length: number } | null {
  if (foot.length !== PACK_FOOT_BYTES || !foot.subarray(4).equals(PACK_END)) return null;
  const length = foot.readUInt32LE(0);
  const offset = packSizeBytes - PACK_FOOT_BYTES - length;
  const entryBytes = length - TAG_BYTES;
  if (offset < PACK_HEAD_BYTES || entryBytes <= 0 || entryBytes % HEADER_ENTRY_BYTES !== 0) return null;
  return entryBytes / HEADER_ENTRY_BYTES <= PACK_BLOBS_MAX ? { offset, length } : null;
}

/** Null when head or header were altered or belong to another vault. */
export function openHeader(
  head: Buffer,
  sealedHeader: Buffer,
  place: { offset: number },
  keys: VaultKeys,
): PackHeader | null {
  if (head.length !== PACK_HEAD_BYTES || !head.subarray(0, 8).equals(PACK_MAGIC)) return null;
  const salt = Buffer.from(head.subarray(PACK_SALT_AT));
  const plain = unseal(sealedHeader, packKey(keys, salt), nonceAt(place.offset, NONCE_DOMAIN.header), head);
  const type = packTypeOf(head[8]);
  if (type === null) return null;
  const entries = plain === null ? null : decodeHeader(type, plain, place.offset);
  return entries === null ? null : { type, salt, entries };
}

function decodeHeader(type: PackType, plain: Buffer, endOfBlobs: number): PackEntry[] | null {
  const entries: PackEntry[] = [];
  for (let at = 0; at < plain.length; at += HEADER_ENTRY_BYTES) {
    const entry = {
      id: Buffer.from(plain.subarray(at + 1, at + 1 + ID_BYTES)),
      offset: plain.readUInt32LE(at + 33),
      sealedLength: plain.readUInt32LE(at + 37),
    };
    if (plain[at] !== BLOB_TYPE[type] || !isPlainLength(type, plain.readUInt32LE(at + 41))) return null;
    if (entry.offset < PACK_HEAD_BYTES || entry.offset + entry.sealedLength > endOfBlobs) return null;
    entries.push(entry);
  }
  return entries;
}

function isPlainLength(type: PackType, length: number): boolean {
  return type === "group" ? groupCount(length) !== null : length === plainLength(type);
}
