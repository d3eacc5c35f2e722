import { assert } from "@/lib/kernel/assert";
import type { Random } from "@/lib/kernel/random";
import { GroupCompressor } from "../blocks/group-compressor";
import type { VaultKeys } from "../keys/vault-keys";
import { BlobOpener } from "./blob-opener";
import { BLOB_TYPE } from "./blob-type";
import { BlockGroup, GROUP_BLOCKS, groupLength } from "./block-group";
import {
  GROUP_CONTEXT,
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

export interface GroupedBlock {
  readonly id: Buffer;
  readonly block: Uint8Array;
}

/** Packs of groups, one after the other, in buffers that are used again when the pack is stored. */
export class GroupPackWriter {
  readonly #keys: VaultKeys;
  readonly #random: Random;
  readonly #store: (pack: FinishedPack) => Promise<void>;
  readonly #compressor = new GroupCompressor(groupLength(GROUP_BLOCKS));
  readonly #plain = Buffer.alloc(groupLength(GROUP_BLOCKS));
  readonly #buffer = Buffer.alloc(PACK_FILL_BYTES);
  readonly #opener: BlobOpener;
  #pack: { readonly salt: Buffer; readonly key: Buffer; readonly entries: PackEntry[]; end: number } | null = null;
  readonly #counts = new Map<number, number>();

  /** `store` gets each finished pack; its bytes are overwritten when it has resolved. */
  constructor(keys: VaultKeys, random: Random, store: (pack: FinishedPack) => Promise<void>) {
    this.#keys = keys;
    this.#opener = new BlobOpener(keys);
    this.#random = random;
    this.#store = store;
  }

  /** Compresses and seals up to GROUP_BLOCKS blocks as one group. They may be overwritten when it has resolved. */
  async add(blocks: readonly GroupedBlock[]): Promise<void> {
    assert(blocks.length >= 1 && blocks.length <= GROUP_BLOCKS, "a group of this writer has 1 to 16 blocks");
    const length = BlockGroup.encode(blocks, this.#plain);
    const frame = this.#compressor.compress(this.#plain.subarray(0, length));
    if (!this.#hasRoom(frame.length, blocks.length)) await this.finish();
    const pack = (this.#pack ??= this.#begin());
    const nonce = nonceAt(pack.end, NONCE_DOMAIN.blob);
    const sealedLength = sealInto(this.#buffer, pack.end, frame, pack.key, nonce, GROUP_CONTEXT);
    this.#requireReadable(pack.end, sealedLength, pack.salt, this.#plain.subarray(0, length));
    this.#counts.set(pack.end, blocks.length);
    for (const { id } of blocks) pack.entries.push({ id: Buffer.from(id), offset: pack.end, sealedLength });
    pack.end += sealedLength;
  }

  /** Stores what has been begun. */
  async finish(): Promise<void> {
    const pack = this.#pack;
    this.#pack = null;
    if (pack === null) return;
    const plainLengthOf = ({ offset }: PackEntry) => groupLength(this.#counts.get(offset) ?? 0);
    const finished = finishPack({ ...pack, type: "group", buffer: this.#buffer, plainLengthOf });
    this.#counts.clear();
    await this.#store(finished);
  }

  /** What it replaces will be deleted: that it opens is seen before anybody relies on it. */
  #requireReadable(offset: number, length: number, salt: Buffer, plain: Buffer): void {
    const opened = this.#opener.openGroup(this.#buffer.subarray(offset, offset + length), offset, salt);
    assert(opened?.equals(plain) === true, "a group that was just sealed does not open to what was put in");
  }

  #hasRoom(frameBytes: number, blocks: number): boolean {
    if (this.#pack === null) return true;
    const entries = this.#pack.entries.length + blocks;
    const end = this.#pack.end + frameBytes + TAG_BYTES + entries * HEADER_ENTRY_BYTES + TAG_BYTES + PACK_FOOT_BYTES;
    return entries <= PACK_BLOBS_MAX && end <= PACK_FILL_BYTES;
  }

  #begin() {
    const salt = this.#random.bytes(SALT_BYTES);
    this.#buffer.fill(0, 0, PACK_HEAD_BYTES);
    PACK_MAGIC.copy(this.#buffer, 0);
    this.#buffer[8] = BLOB_TYPE.group;
    salt.copy(this.#buffer, PACK_SALT_AT);
    return { salt, key: packKey(this.#keys, salt), entries: [], end: PACK_HEAD_BYTES };
  }
}
