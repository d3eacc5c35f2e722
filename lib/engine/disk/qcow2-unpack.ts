import { Buffer } from "node:buffer";
import { inflateRawSync, constants } from "node:zlib";
// A CommonJS module whose exports Node cannot see by name.
import zstd from "zstd-napi/binding.js";
import type { RandomAccessFile } from "./random-access-file";
import { qcow2Damaged, qcow2Truncated } from "./qcow2-faults";
import type { Qcow2Header } from "./qcow2-header";

/** zstd's own lower bound. */
const WINDOW_LOG_MIN = 10;

/** Compressed clusters: what follows the data in its last sector belongs to others, and is passed over. */
export class Qcow2Unpacker {
  readonly #file: RandomAccessFile;
  readonly #header: Qcow2Header;
  #context: InstanceType<typeof zstd.DCtx> | null = null;
  #last: { readonly offset: number; readonly bytes: Buffer } | null = null;

  constructor(file: RandomAccessFile, header: Qcow2Header) {
    this.#file = file;
    this.#header = header;
  }

  /** One whole cluster; the caller must not change it. Faults: Qcow2Truncated, Qcow2Damaged. */
  cluster(offset: number, lengthBytes: number): Buffer {
    if (this.#last?.offset === offset) return this.#last.bytes;
    const there = Math.min(lengthBytes, this.#file.sizeBytes() - offset);
    if (there <= 0) throw qcow2Truncated(this.#file.path, `a compressed cluster at ${offset} lies beyond its end`);
    const packed = Buffer.alloc(there);
    this.#file.read(offset, packed);
    const bytes = this.#header.compression === "zstd" ? this.#fromZstd(packed) : this.#fromDeflate(packed);
    if (bytes === null)
      throw qcow2Damaged(this.#file.path, `the compressed cluster at ${offset} cannot be decompressed`);
    this.#last = { offset, bytes };
    return bytes;
  }

  #fromDeflate(packed: Buffer): Buffer | null {
    const clusterBytes = 2 ** this.#header.clusterBits;
    try {
      const bytes = inflateRawSync(packed, {
        maxOutputLength: clusterBytes,
        chunkSize: clusterBytes,
        finishFlush: constants.Z_SYNC_FLUSH,
      });
      return bytes.length === clusterBytes ? bytes : null;
    } catch {
      // The only failure is hostile or damaged input, which the caller names with its place.
      return null;
    }
  }

  /** As a stream, because what follows the frame is not known; the window is bounded, because a frame chooses it itself. */
  #fromZstd(packed: Buffer): Buffer | null {
    const into = Buffer.alloc(2 ** this.#header.clusterBits);
    try {
      this.#context ??= this.#newContext();
      this.#context.reset(zstd.ResetDirective.sessionOnly);
      let read = 0;
      let written = 0;
      while (written < into.length) {
        const [, produced, consumed] = this.#context.decompressStream(into.subarray(written), packed.subarray(read));
        if (produced === 0 && consumed === 0) return null;
        read += consumed;
        written += produced;
        if (produced === 0 && read >= packed.length) return null;
      }
      return into;
    } catch {
      return null;
    }
  }

  #newContext(): InstanceType<typeof zstd.DCtx> {
    const context = new zstd.DCtx();
    context.setParameter(zstd.DParameter.windowLogMax, Math.max(WINDOW_LOG_MIN, this.#header.clusterBits));
    return context;
  }
}
