import { blake3 } from "@napi-rs/blake-hash";
import { BLOCK_BYTES } from "../blocks/block-size";

const PIECE_BYTES = 4_096;
const PIECES = BLOCK_BYTES / PIECE_BYTES;
/** A piece that is in so many blocks says nothing about what belongs together. */
const COMMON = 16;
const NONE = -1;
/** What a landmark is known by: enough to be of this content only, few enough to be the same in its next version. */
const LANDMARK_BYTES = 48;

/**
 * Finds blocks that have content in common: copies of a file whose places differ by less than a block, which blocks of a
 * fixed size miss, and the next version of a file, whose content has moved by some bytes. Each piece of 4 KiB is known by
 * its landmark, the same wherever the piece begins. Fingerprints only decide what is compressed together; that two of them
 * are equal by chance costs a few bytes and nothing else. 2 MiB and a map of 40 bytes a piece for 1 GiB of blocks.
 */
export class SimilarBlocks {
  /** Per piece: its fingerprint; -1 for a piece of zeros. */
  readonly #pieces: Float64Array;
  /** Per piece: the piece before it with the same fingerprint. */
  readonly #earlier: Int32Array;
  readonly #latest = new Map<number, number>();
  readonly #zero = Buffer.alloc(PIECE_BYTES);
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
    this.#pieces = new Float64Array(count * PIECES);
    this.#earlier = new Int32Array(count * PIECES).fill(NONE);
  }

  /** Block `index`, once, in ascending order. */
  add(index: number, block: Buffer): void {
    for (let piece = 0; piece < PIECES; piece++) {
      const bytes = block.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
      const at = index * PIECES + piece;
      if (bytes.equals(this.#zero)) {
        this.#pieces[at] = NONE;
        continue;
      }
      const from = piece * PIECE_BYTES + landmark(bytes);
      const fingerprint = blake3(block.subarray(from, from + LANDMARK_BYTES)).readUIntLE(0, 6);
      this.#pieces[at] = fingerprint;
      this.#earlier[at] = this.#latest.get(fingerprint) ?? NONE;
      this.#latest.set(fingerprint, at);
    }
  }

  /** All blocks, in groups of `size`: each block with those that resemble it, otherwise in the order given. */
  *groups(size: number): Generator<number[]> {
    const placed = new Uint8Array(this.#count);
    let group: number[] = [];
    for (let index = 0; index < this.#count; index++) {
      if (placed[index] === 1) continue;
      for (const member of [index, ...this.#resembling(index, placed).slice(0, size - 1)]) {
        placed[member] = 1;
        group.push(member);
        if (group.length < size) continue;
        yield group;
        group = [];
      }
    }
    if (group.length > 0) yield group;
  }

  #resembling(index: number, placed: Uint8Array): number[] {
    const found = new Set<number>();
    for (let at = index * PIECES; at < (index + 1) * PIECES; at++) {
      const fingerprint = this.#pieces[at] ?? NONE;
      if (fingerprint === NONE) continue;
      const holders: number[] = [];
      let piece = this.#latest.get(fingerprint) ?? NONE;
      for (; piece !== NONE && holders.length < COMMON; piece = this.#earlier[piece] ?? NONE) {
        holders.push(Math.floor(piece / PIECES));
      }
      if (holders.length >= COMMON) continue;
      for (const block of holders) if (block !== index && placed[block] === 0) found.add(block);
    }
    return [...found].sort((a, b) => a - b);
  }
}

/** Where the piece has its most remarkable eight bytes: the same place of the content, wherever a piece begins. */
function landmark(bytes: Uint8Array): number {
  let low = 0;
  let high = 0;
  let least = 0x1_0000_0000;
  let found = 0;
  for (let at = 0; at < bytes.length; at++) {
    low = (low >>> 8) | (high << 24);
    high = (high >>> 8) | ((bytes[at] ?? 0) << 24);
    const hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> 0;
    if (hash >= least || at < 7) continue;
    least = hash;
    found = at - 7;
  }
  return found;
}
