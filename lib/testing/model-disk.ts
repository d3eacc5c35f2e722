import type { Extent } from "@/lib/engine/disk/disk";
import type { Random } from "@/lib/kernel/random";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import type { OpenBlockSource } from "@/lib/engine/vault/block-workers";

/** A sparse disk in memory, of any size: the model that replication and restore are compared with. */
export class ModelDisk implements OpenBlockSource {
  readonly virtualSizeBytes: number;
  readonly blocks = new Map<number, Buffer>();

  constructor(virtualSizeBytes: number) {
    this.virtualSizeBytes = virtualSizeBytes;
  }

  get blockCount(): number {
    return Math.ceil(this.virtualSizeBytes / BLOCK_BYTES);
  }

  copy(): ModelDisk {
    const copy = new ModelDisk(this.virtualSizeBytes);
    for (const [index, block] of this.blocks) copy.blocks.set(index, block);
    return copy;
  }

  /** Bytes behind the disk's end are dropped, as the disk has none. */
  setBlock(index: number, block: Uint8Array): void {
    const bytes = Buffer.alloc(BLOCK_BYTES);
    bytes.set(block.subarray(0, Math.min(BLOCK_BYTES, this.virtualSizeBytes - index * BLOCK_BYTES)));
    this.blocks.set(index, bytes);
  }

  read(offsetBytes: number, into: Uint8Array): void {
    if (offsetBytes % BLOCK_BYTES !== 0 || offsetBytes + into.length > this.virtualSizeBytes) {
      throw new RangeError(`read of ${into.length} at ${offsetBytes}`);
    }
    into.fill(0);
    for (let at = 0; at < into.length; at += BLOCK_BYTES) {
      const block = this.blocks.get((offsetBytes + at) / BLOCK_BYTES);
      if (block !== undefined) into.set(block.subarray(0, Math.min(BLOCK_BYTES, into.length - at)), at);
    }
  }

  allocatedExtents(): Extent[] {
    return [...this.blocks.keys()]
      .sort((a, b) => a - b)
      .map((index) => ({
        offsetBytes: index * BLOCK_BYTES,
        lengthBytes: Math.min(BLOCK_BYTES, this.virtualSizeBytes - index * BLOCK_BYTES),
      }));
  }

  close(): void {}

  /** Whether `other` reads the same everywhere; the index of the first block that differs, or null. */
  firstDifference(other: {
    read(offset: number, into: Uint8Array): void;
    allocatedExtents(): Extent[];
  }): number | null {
    const mine = Buffer.alloc(BLOCK_BYTES);
    const theirs = Buffer.alloc(BLOCK_BYTES);
    for (let index = 0; index < this.blockCount; index++) {
      const length = Math.min(BLOCK_BYTES, this.virtualSizeBytes - index * BLOCK_BYTES);
      this.read(index * BLOCK_BYTES, mine.subarray(0, length));
      other.read(index * BLOCK_BYTES, theirs.subarray(0, length));
      if (!mine.subarray(0, length).equals(theirs.subarray(0, length))) return index;
    }
    return null;
  }
}

/** A block that names its disk, place and generation in every 16 bytes, so that a misplaced or stale one is recognised. */
export function selfIdentifyingBlock(disk: number, index: number, generation: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let at = 0; at < BLOCK_BYTES; at += 16) {
    block.writeUInt32LE(disk, at);
    block.writeUInt32LE(index, at + 4);
    block.writeUInt32LE(generation, at + 8);
    block.writeUInt32LE(at, at + 12);
  }
  return block;
}

/** A block that does not compress, cheaply: `random` gives 32 bytes and they are spread with a linear generator. */
export function noiseBlock(random: Random): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  let state = random.bytes(4).readUInt32LE(0) | 1;
  for (let at = 0; at < BLOCK_BYTES; at += 4) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    block.writeUInt32LE(state >>> 0, at);
  }
  return block;
}
