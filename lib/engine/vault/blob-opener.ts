import { BlockHasher } from "../blocks/block-hasher";
import { Decompressor } from "../blocks/compressor";
import { frameContentLength } from "../blocks/group-compressor";
import type { VaultKeys } from "../keys/vault-keys";
import { BlockGroup, groupCount } from "./block-group";
import { plainLength, type BlobType } from "./blob-type";
import { blobContext, GROUP_CONTEXT, packKey } from "./pack-format";
import { NONCE_DOMAIN, nonceAt, TAG_BYTES, unseal } from "./seal";

const PACK_KEYS_MAX = 256;

/** Sealed bytes back to blocks and pages, each checked against the id it was asked for. */
export class BlobOpener {
  readonly #keys: VaultKeys;
  readonly #hasher: BlockHasher;
  readonly #decompressor = new Decompressor();
  readonly #packKeys = new Map<string, Buffer>();

  constructor(keys: VaultKeys) {
    this.#keys = keys;
    this.#hasher = new BlockHasher(keys);
  }

  /** Fills `into`, a block. False: altered, or not this block. `offset` is where the sealed bytes lie in their pack. */
  openBlock(id: Buffer, sealed: Buffer, offset: number, salt: Buffer, into: Buffer): boolean {
    return this.#open("block", id, sealed, offset, salt, into) && this.#hasher.blockId(into).equals(id);
  }

  openPage(id: Buffer, level: number, sealed: Buffer, offset: number, salt: Buffer, into: Buffer): boolean {
    return this.#open("page", id, sealed, offset, salt, into) && this.#hasher.pageId(level, into).equals(id);
  }

  /** Null when it was altered, or is not a group. Its blocks are to be compared with their ids: `isBlock`. */
  openGroup(sealed: Buffer, offset: number, salt: Buffer): BlockGroup | null {
    const frame = unseal(sealed, this.#packKey(salt), nonceAt(offset, NONCE_DOMAIN.blob), GROUP_CONTEXT);
    const length = frame === null ? null : frameContentLength(frame);
    if (frame === null || length === null || groupCount(length) === null) return null;
    const plain = Buffer.allocUnsafeSlow(length);
    return this.#decompressor.decompress(frame, plain) ? BlockGroup.of(plain) : null;
  }

  isBlock(id: Buffer, block: Buffer): boolean {
    return this.#hasher.blockId(block).equals(id);
  }

  #open(type: BlobType, id: Buffer, sealed: Buffer, offset: number, salt: Buffer, into: Buffer): boolean {
    const nonce = nonceAt(offset, NONCE_DOMAIN.blob);
    const content = unseal(sealed, this.#packKey(salt), nonce, blobContext(type, id));
    if (content === null) return false;
    if (sealed.length - TAG_BYTES === plainLength(type)) return content.copy(into) === into.length;
    return this.#decompressor.decompress(content, into);
  }

  #packKey(salt: Buffer): Buffer {
    const name = salt.toString("latin1");
    let key = this.#packKeys.get(name);
    if (key === undefined) {
      if (this.#packKeys.size >= PACK_KEYS_MAX) this.#packKeys.clear();
      this.#packKeys.set(name, (key = packKey(this.#keys, salt)));
    }
    return key;
  }
}
