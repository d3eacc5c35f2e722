import fs from "node:fs";
import { alignedBuffer, DIRECT_BYTES, openDirect, refusesDirect } from "./direct-io";

const PIECE_BYTES = 256 * 1024;
/** One is filled and one lies ready while the medium takes the third. */
const PIECES = 3;

interface Piece {
  readonly memory: Buffer;
  /** Resolves, never rejects, when what was in it has been written or refused. */
  written: Promise<void>;
}

/**
 * The memory of writers, used by one after the other: pieces are handed round, since each first touch of fresh memory costs
 * more than the copy into it.
 */
const spare: Buffer[] = [];

/**
 * Writes much data into a file that exists, past the page cache where that is possible: the pages would be needed by nobody,
 * and on a virtual machine each fresh one costs the host a fault, which makes writing through it four times as slow.
 * What does not fill whole sectors, and everything where direct I/O is refused, goes the ordinary way. Not durable before
 * the caller's own sync. Errors are the operating system's, with its `code`; those of writing come from the next call.
 */
export class DirectWriter {
  readonly #ordinary: number;
  #direct: number | null;
  readonly #pieces: Piece[] = [];
  #current = 0;
  /** Of the piece being filled: where it goes in the file, and how much is in it. */
  #offset = 0;
  #filled = 0;
  #failure: { readonly error: unknown } | null = null;

  constructor(file: string) {
    this.#ordinary = fs.openSync(file, "r+");
    this.#direct = openDirect(file, fs.constants.O_RDWR);
    for (let at = 0; at < PIECES; at += 1) {
      this.#pieces.push({ memory: spare.pop() ?? alignedBuffer(PIECE_BYTES), written: Promise.resolve() });
    }
  }

  /**
   * At most PIECE_BYTES, which may be reused as soon as this has returned. When it returns a promise, nothing more may be
   * written before that resolves. Bytes that follow one another go out together.
   */
  write(offset: number, bytes: Uint8Array): Promise<void> | undefined {
    this.#check();
    const follows = offset === this.#offset + this.#filled && this.#filled + bytes.length <= PIECE_BYTES;
    const sends = this.#filled > 0 && !follows;
    if (sends) this.#send();
    if (this.#filled === 0) this.#offset = offset;
    this.#pieces[this.#current]?.memory.set(bytes, this.#filled);
    this.#filled += bytes.length;
    if (this.#filled === PIECE_BYTES) this.#send();
    else if (!sends) return undefined;
    // The next call may begin one piece and end in another: both must be free by then.
    return this.#free(2);
  }

  /** Resolves when everything has been written. */
  async settle(): Promise<void> {
    if (this.#filled > 0) this.#send();
    await Promise.all(this.#pieces.map(({ written }) => written));
    this.#check();
  }

  /** Waits for what is under way, whatever becomes of it. */
  async close(): Promise<void> {
    await Promise.all(this.#pieces.map(({ written }) => written));
    for (const { memory } of this.#pieces.splice(0)) spare.push(memory);
    if (this.#direct !== null) fs.closeSync(this.#direct);
    fs.closeSync(this.#ordinary);
  }

  /** The piece that is filled next, and those behind it. */
  async #free(count: number): Promise<void> {
    for (let ahead = 0; ahead < count; ahead += 1) await this.#pieces[(this.#current + ahead) % PIECES]?.written;
  }

  #send(): void {
    const piece = this.#pieces[this.#current];
    if (piece === undefined) throw new Error("a writer was used after it was closed");
    const [offset, length] = [this.#offset, this.#filled];
    this.#filled = 0;
    this.#current = (this.#current + 1) % PIECES;
    piece.written = this.#writePiece(piece.memory, offset, length).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  async #writePiece(memory: Buffer, offset: number, length: number): Promise<void> {
    const whole = offset % DIRECT_BYTES === 0 ? length - (length % DIRECT_BYTES) : 0;
    const done = whole > 0 && this.#direct !== null ? await this.#writeDirectly(memory.subarray(0, whole), offset) : 0;
    if (done < length) await writeAll(this.#ordinary, memory.subarray(done, length), offset + done);
  }

  /** How much of it was written; less than all when direct I/O turns out not to work here. */
  async #writeDirectly(bytes: Buffer, offset: number): Promise<number> {
    const fd = this.#direct;
    if (fd === null) return 0;
    let done = 0;
    try {
      while (done < bytes.length) {
        const count = await writeOnce(fd, bytes.subarray(done), offset + done);
        done += count;
        // What is left begins within a sector (a disk that fills up does that): the ordinary way says why.
        if (count % DIRECT_BYTES !== 0) break;
      }
    } catch (error) {
      if (!refusesDirect(error)) throw error;
    }
    return done;
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}

async function writeAll(fd: number, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await writeOnce(fd, bytes.subarray(done), offset + done);
}

function writeOnce(fd: number, bytes: Uint8Array, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(fd, bytes, 0, bytes.length, offset, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
}

/** The whole of a new file's content. */
export async function writeDirectly(file: string, bytes: Uint8Array): Promise<void> {
  const writer = new DirectWriter(file);
  try {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      await writer.write(at, bytes.subarray(at, at + PIECE_BYTES));
    }
    await writer.settle();
  } finally {
    await writer.close();
  }
}
