// A CommonJS module whose exports Node cannot see by name.
import zstd from "zstd-napi/binding.js";
import { BLOCK_BYTES } from "./block-size";

const LEVEL = 1;

/** zstd without allocation: contexts and the output buffer are reused, since the first touch of fresh memory is slow. */
export class Compressor {
  readonly #context = new zstd.CCtx();
  readonly #output = Buffer.alloc(zstd.compressBound(BLOCK_BYTES));

  /**
   * One zstd frame, or null when it would save less than a 32nd. The result is overwritten by the next call. `plain` has
   * at most BLOCK_BYTES.
   */
  compress(plain: Uint8Array): Buffer | null {
    const length = this.#context.compress(this.#output, plain, LEVEL);
    return length <= plain.length - plain.length / 32 ? this.#output.subarray(0, length) : null;
  }
}

export class Decompressor {
  readonly #context = new zstd.DCtx();

  /** Fills `into` exactly, or returns false: the frame is not sound or holds another number of bytes. */
  decompress(frame: Uint8Array, into: Uint8Array): boolean {
    try {
      return this.#context.decompress(into, frame) === into.length;
    } catch {
      // The only failure is hostile or damaged input, and the caller knows which object it came from.
      return false;
    }
  }
}
