import { assert } from "@/lib/kernel/assert";
import { PACK_FILL_BYTES } from "./pack-format";

/**
 * The pack buffers of a session. Their number bounds the memory and is the back-pressure: a pack's buffer comes back
 * when the pack is stored, and whoever needs one waits until then. Buffers are made when first needed and reused, since
 * the first touch of fresh memory is slow.
 */
export class BufferPool {
  readonly #countMax: () => number;
  readonly #free: ArrayBuffer[] = [];
  readonly #waiting: ((buffer: ArrayBuffer) => void)[] = [];
  #made = 0;

  /** `countMax` is asked whenever a buffer is wanted and none is free. */
  constructor(countMax: () => number) {
    this.#countMax = countMax;
  }

  async take(): Promise<ArrayBuffer> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#made < this.#countMax()) {
      this.#made += 1;
      return new ArrayBuffer(PACK_FILL_BYTES);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  give(buffer: ArrayBuffer): void {
    assert(buffer.byteLength === PACK_FILL_BYTES, "a pack buffer came back that had been handed to another thread");
    const next = this.#waiting.shift();
    if (next !== undefined) next(buffer);
    else this.#free.push(buffer);
  }

  /** A buffer is gone for good (the thread that held it died): another may be made in its place. */
  forget(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next(new ArrayBuffer(PACK_FILL_BYTES));
    else this.#made -= 1;
  }
}
