import { Blake3Hasher } from "@napi-rs/blake-hash";
import { assert } from "@/lib/kernel/assert";
import { zeroId, type BlobId } from "./blob-id";
import { BLOCK_BYTES, PAGE_BYTES } from "./block-size";

const ZERO_BLOCK = Buffer.alloc(BLOCK_BYTES);
const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);

export interface HashKeys {
  readonly block: Buffer;
  readonly page: Buffer;
  readonly root: Buffer;
}

/** The keyed hashes of docs/vault-format.md §3. Not for use by two callers at the same time: it reuses its states. */
export class BlockHasher {
  readonly #block: Blake3Hasher;
  readonly #page: Blake3Hasher;
  readonly #root: Blake3Hasher;
  readonly #level = Buffer.alloc(1);

  constructor(keys: HashKeys) {
    this.#block = Blake3Hasher.newKeyed(keys.block);
    this.#page = Blake3Hasher.newKeyed(keys.page);
    this.#root = Blake3Hasher.newKeyed(keys.root);
  }

  /** `block` is exactly one block, the disk's last one padded with zeros. */
  blockId(block: Uint8Array): BlobId {
    assert(block.length === BLOCK_BYTES, "a block has 65,536 bytes");
    if (isZeroBlock(block)) return zeroId();
    this.#block.reset();
    return this.#block.update(asBuffer(block)).digestBuffer();
  }

  pageId(level: number, page: Uint8Array): BlobId {
    assert(page.length === PAGE_BYTES, "a page has 32,768 bytes");
    if (ZERO_PAGE.equals(page)) return zeroId();
    this.#level[0] = level;
    this.#page.reset();
    return this.#page.update(this.#level).update(asBuffer(page)).digestBuffer();
  }

  /** The identity of a disk: equal for two disks of one vault exactly when size and content are equal. */
  root(virtualSizeBytes: number, top: BlobId): Buffer {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(virtualSizeBytes));
    this.#root.reset();
    return this.#root.update(size).update(top).digestBuffer();
  }
}

export function isZeroBlock(block: Uint8Array): boolean {
  // Looking at both ends first spares the call for almost every block that holds data.
  if ((block[0] ?? 0) !== 0 || (block[BLOCK_BYTES - 1] ?? 0) !== 0) return false;
  return ZERO_BLOCK.equals(block);
}

/** The same bytes under the type that the hasher takes; nothing is copied. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
