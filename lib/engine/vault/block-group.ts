import { assert } from "@/lib/kernel/assert";
import { BLOCK_BYTES, ID_BYTES } from "../blocks/block-size";

/** What our writer puts into one group: reading one of its blocks decompresses 1 MiB. */
export const GROUP_BLOCKS = 16;
/** What a reader accepts. */
export const GROUP_BLOCKS_MAX = 64;
const HEAD_BYTES = 8;

/** Of a group of so many blocks, before compression. */
export function groupLength(blocks: number): number {
  return HEAD_BYTES + blocks * (ID_BYTES + BLOCK_BYTES);
}

/** The number of blocks of a group of this length; null when no group has it. */
export function groupCount(length: number): number | null {
  const count = (length - HEAD_BYTES) / (ID_BYTES + BLOCK_BYTES);
  return Number.isInteger(count) && count >= 1 && count <= GROUP_BLOCKS_MAX ? count : null;
}

/**
 * Several blocks in one piece, so that they are compressed together (docs/vault-format.md §5): their number, their ids, then
 * their contents. It says itself what it holds: an index needs to know only where it lies.
 */
export class BlockGroup {
  readonly #plain: Buffer;
  readonly #count: number;

  private constructor(plain: Buffer, count: number) {
    this.#plain = plain;
    this.#count = count;
  }

  /** Null when the bytes are not a group's. They are kept, not copied. */
  static of(plain: Buffer): BlockGroup | null {
    const count = groupCount(plain.length);
    if (count === null || plain.readUInt32LE(0) !== count || plain.readUInt32LE(4) !== 0) return null;
    return new BlockGroup(plain, count);
  }

  /** Writes the group into `into`; returns its length. */
  static encode(blocks: readonly { readonly id: Buffer; readonly block: Uint8Array }[], into: Buffer): number {
    assert(blocks.length >= 1 && blocks.length <= GROUP_BLOCKS_MAX, "a group has 1 to 64 blocks");
    into.writeUInt32LE(blocks.length, 0);
    into.writeUInt32LE(0, 4);
    let at = HEAD_BYTES + blocks.length * ID_BYTES;
    for (const [index, { id, block }] of blocks.entries()) {
      id.copy(into, HEAD_BYTES + index * ID_BYTES);
      into.set(block, at);
      at += BLOCK_BYTES;
    }
    return at;
  }

  equals(plain: Buffer): boolean {
    return this.#plain.equals(plain);
  }

  /** A view of the block's bytes, not yet compared with its id. Null when the group does not hold it. */
  block(id: Buffer): Buffer | null {
    for (let index = 0; index < this.#count; index++) {
      const at = HEAD_BYTES + index * ID_BYTES;
      if (this.#plain.compare(id, 0, ID_BYTES, at, at + ID_BYTES) !== 0) continue;
      const content = HEAD_BYTES + this.#count * ID_BYTES + index * BLOCK_BYTES;
      return this.#plain.subarray(content, content + BLOCK_BYTES);
    }
    return null;
  }
}
