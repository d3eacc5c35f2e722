import { Buffer } from "node:buffer";
import { type Cipher, createCipheriv, createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { seededRandom } from "@/lib/testing/seeded-random";

const KIB = 1024;
const MIB = 1024 * KIB;
const BLOCK = 4 * KIB;
/** Data and holes take turns, as files on a half-full disk do. */
const STRETCH = 8 * MIB;
const RUN_BLOCKS_MAX = 16;

/** Bytes of a cipher's key stream: a gigabyte in a second, and the same ones for the same seed. */
class Noise {
  readonly #cipher: Cipher;

  constructor(seed: string) {
    const key = createHash("sha256").update(seed).digest();
    this.#cipher = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  }

  next(count: number): Buffer {
    return this.#cipher.update(Buffer.alloc(count));
  }
}

/**
 * Every 4 KiB block: one half noise, the other half the words of its own number. Compresses to a little over one half, and no
 * two blocks are alike, so that nothing is saved by finding equal ones.
 */
function fillBlocks(noise: Noise, bytes: Buffer, firstBlock: number, generation: number): void {
  for (let at = 0; at < bytes.length; at += BLOCK) {
    noise.next(BLOCK / 2).copy(bytes, at);
    bytes.fill(
      `block ${String(firstBlock + at / BLOCK)} generation ${String(generation)}; `,
      at + BLOCK / 2,
      at + BLOCK,
    );
  }
}

/** A raw image of twice `dataBytes` in size, half of it holes. `dataBytes`: a multiple of 8 MiB. */
export async function makeImage(file: string, dataBytes: number, seed: number): Promise<void> {
  const noise = new Noise(`image ${String(seed)}`);
  const handle = await open(file, "wx");
  const bytes = Buffer.alloc(STRETCH);
  try {
    for (let done = 0; done < dataBytes; done += STRETCH) {
      fillBlocks(noise, bytes, (2 * done) / BLOCK, 0);
      await handle.write(bytes, 0, bytes.length, 2 * done);
    }
    await handle.truncate(2 * dataBytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export interface Change {
  readonly offsetBytes: number;
  readonly bytes: Buffer;
}

/**
 * New content for `share` of an image's 4 KiB data blocks, in runs of 1 to 16 blocks at places that the seed decides, as a
 * file system writes them.
 */
export function* changesOf(dataBytes: number, share: number, seed: number): Generator<Change> {
  const noise = new Noise(`change ${String(seed)}`);
  const random = seededRandom(seed);
  const below = (limit: number) => random.bytes(4).readUInt32LE() % limit;
  const perStretch = STRETCH / BLOCK;
  const taken = new Set<number>();
  const wanted = Math.round((dataBytes / BLOCK) * share);
  while (taken.size < wanted) {
    const length = Math.min(1 + below(RUN_BLOCKS_MAX), wanted - taken.size);
    const start = below(perStretch - length + 1);
    const first = 2 * perStretch * below(dataBytes / STRETCH) + start;
    const blocks = Array.from({ length }, (_, index) => first + index);
    if (blocks.some((block) => taken.has(block))) continue;
    for (const block of blocks) taken.add(block);
    const bytes = Buffer.alloc(length * BLOCK);
    fillBlocks(noise, bytes, first, 1);
    yield { offsetBytes: first * BLOCK, bytes };
  }
}

/** Writes them into the file itself, as another program would. Returns the bytes written. */
export async function changeImage(file: string, dataBytes: number, share: number, seed: number): Promise<number> {
  const handle: FileHandle = await open(file, "r+");
  let written = 0;
  try {
    for (const { offsetBytes, bytes } of changesOf(dataBytes, share, seed)) {
      await handle.write(bytes, 0, bytes.length, offsetBytes);
      written += bytes.length;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return written;
}
