import type { Socket } from "node:net";

/** Exactly so many bytes at a time from a socket. What nobody has asked for yet stays in the kernel, but for one piece. */
export class SocketReader {
  readonly #socket: Socket;
  #pieces: Buffer[] = [];
  #length = 0;
  #wanted = 0;
  #over = false;
  #wake: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.pause();
    socket.on("data", (piece: Buffer) => {
      this.#pieces.push(piece);
      this.#length += piece.length;
      if (this.#length < this.#wanted) return;
      socket.pause();
      this.#wake?.();
    });
    const end = (): void => {
      this.#over = true;
      this.#wake?.();
    };
    socket.on("end", end);
    socket.on("close", end);
  }

  /** Null when the other side has gone before all of them came. One call at a time. */
  async take(length: number): Promise<Buffer | null> {
    if (this.#length < length && !this.#over) {
      this.#wanted = length;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#socket.resume();
      });
      this.#wake = null;
    }
    if (this.#length < length) return null;
    const [first] = this.#pieces;
    const all = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces, this.#length);
    const rest = all.subarray(length);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return all.subarray(0, length);
  }
}
