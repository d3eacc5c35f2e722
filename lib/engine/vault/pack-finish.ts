import { BLOB_TYPE, packKindOf, type PackType } from "./blob-type";
import type { IndexedPack } from "./index-object";
import { packName, sha256Hex } from "./object-names";
import { HEADER_ENTRY_BYTES, PACK_END, PACK_FOOT_BYTES, PACK_HEAD_BYTES, type PackEntry } from "./pack-format";
import { NONCE_DOMAIN, nonceAt, sealInto } from "./seal";

/** A pack that is ready to be stored. `bytes` is a view of the buffer that the writer was given. */
export interface FinishedPack extends IndexedPack {
  readonly bytes: Buffer;
}

export interface FilledPack {
  readonly type: PackType;
  readonly buffer: Buffer;
  /** Where the sealed blobs end. */
  readonly end: number;
  readonly key: Buffer;
  readonly salt: Buffer;
  readonly entries: readonly PackEntry[];
  /** Of what is sealed at the entry's place, before compression. */
  readonly plainLengthOf: (entry: PackEntry) => number;
}

/** Seals the header behind the blobs, and names the whole. */
export function finishPack({ type, buffer, end, key, salt, entries, plainLengthOf }: FilledPack): FinishedPack {
  const header = Buffer.alloc(entries.length * HEADER_ENTRY_BYTES);
  let at = 0;
  for (const entry of entries) {
    header[at] = BLOB_TYPE[type];
    entry.id.copy(header, at + 1);
    header.writeUInt32LE(entry.offset, at + 33);
    header.writeUInt32LE(entry.sealedLength, at + 37);
    header.writeUInt32LE(plainLengthOf(entry), at + 41);
    at += HEADER_ENTRY_BYTES;
  }
  const head = buffer.subarray(0, PACK_HEAD_BYTES);
  const length = sealInto(buffer, end, header, key, nonceAt(end, NONCE_DOMAIN.header), head);
  const foot = end + length;
  buffer.writeUInt32LE(length, foot);
  PACK_END.copy(buffer, foot + 4);
  const bytes = buffer.subarray(0, foot + PACK_FOOT_BYTES);
  return { name: packName(packKindOf(type), sha256Hex(bytes)), type, sizeBytes: bytes.length, salt, entries, bytes };
}
