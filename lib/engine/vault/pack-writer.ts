import { assert } from "@/lib/kernel/assert";
import type { Random } from "@/lib/kernel/random";
import type { Compressor } from "../blocks/compressor";
import type { VaultKeys } from "../keys/vault-keys";
import { BLOB_TYPE, plainLength, type BlobType } from "./blob-type";
import {
  blobContext,
  HEADER_ENTRY_BYTES,
  PACK_BLOBS_MAX,
  PACK_FILL_BYTES,
  PACK_FOOT_BYTES,
  PACK_HEAD_BYTES,
  PACK_MAGIC,
  PACK_SALT_AT,
  packKey,
  type PackEntry,
} from "./pack-format";
import { finishPack, type FinishedPack } from "./pack-finish";
import { NONCE_DOMAIN, nonceAt, SALT_BYTES, sealInto, TAG_BYTES } from "./seal";

/** Fills one pack in a buffer of PACK_FILL_BYTES that it does not own. One use: make another for the next pack. */
export class PackWriter {
  readonly #type: BlobType;
  readonly #buffer: Buffer;
  readonly #key: Buffer;
  readonly #salt: Buffer;
  readonly #compressor: Compressor;
  readonly #entries: PackEntry[] = [];
  #end = PACK_HEAD_BYTES;
  #finished = false;

  constructor(type: BlobType, buffer: Buffer, keys: VaultKeys, random: Random, compressor: Compressor) {
    assert(buffer.length === PACK_FILL_BYTES, "a pack is filled in a buffer of the pool's size");
    this.#type = type;
    this.#buffer = buffer;
    this.#compressor = compressor;
    this.#salt = random.bytes(SALT_BYTES);
    buffer.fill(0, 0, PACK_HEAD_BYTES);
    PACK_MAGIC.copy(buffer, 0);
    buffer[8] = BLOB_TYPE[type];
    this.#salt.copy(buffer, PACK_SALT_AT);
    this.#key = packKey(keys, this.#salt);
  }

  get count(): number {
    return this.#entries.length;
  }

  /** True when one more blob fits, however badly it compresses. */
  hasRoom(): boolean {
    const headerBytes = (this.#entries.length + 1) * HEADER_ENTRY_BYTES + TAG_BYTES;
    const blobBytes = plainLength(this.#type) + TAG_BYTES;
    const end = this.#end + blobBytes + headerBytes + PACK_FOOT_BYTES;
    return this.#entries.length < PACK_BLOBS_MAX && end <= PACK_FILL_BYTES;
  }

  /** Compresses if that helps, seals, appends. Returns the bytes it took. `hasRoom` must be true. */
  add(id: Buffer, plain: Uint8Array): number {
    assert(!this.#finished && this.hasRoom(), "a blob was added to a pack that is full or finished");
    assert(plain.length === plainLength(this.#type), "a blob has the length of its type");
    const content = this.#compressor.compress(plain) ?? plain;
    const offset = this.#end;
    const nonce = nonceAt(offset, NONCE_DOMAIN.blob);
    const sealedLength = sealInto(this.#buffer, offset, content, this.#key, nonce, blobContext(this.#type, id));
    this.#entries.push({ id, offset, sealedLength });
    this.#end += sealedLength;
    return sealedLength;
  }

  finish(): FinishedPack {
    assert(!this.#finished && this.#entries.length > 0, "only a pack with blobs can be finished, and only once");
    this.#finished = true;
    return finishPack({
      type: this.#type,
      buffer: this.#buffer,
      end: this.#end,
      key: this.#key,
      salt: this.#salt,
      entries: this.#entries,
      plainLengthOf: () => plainLength(this.#type),
    });
  }
}
