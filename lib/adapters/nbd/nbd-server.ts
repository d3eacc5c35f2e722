import { createServer, type Server, type Socket } from "node:net";
import { listenOnUnixSocket } from "@/lib/adapters/compute/unix-socket";
import type { GuestDisk } from "@/lib/compute/hypervisor";
import { Fault } from "@/lib/kernel/fault";
import { negotiate } from "./nbd-handshake";
import {
  BLOCK_BYTES_MIN,
  COMMAND,
  COMMAND_FLAG_FUA,
  encodeReply,
  ERROR,
  parseRequest,
  PAYLOAD_BYTES_MAX,
  REQUEST_BYTES,
  type NbdRequest,
} from "./nbd-protocol";
import { SocketReader } from "./socket-reader";

/** Reads that wait for their blocks; more are not taken from the socket meanwhile. */
const WAITING_MAX = 64;
const UNSENT_BYTES_MAX = 4 * 1024 * 1024;

export interface NbdServerHooks {
  /** An access failed; the client hears of an error. */
  onAccessFailed(cause: unknown): void;
}

/**
 * Serves one disk to one hypervisor over NBD on a unix socket that only the owner may open. A write is answered when the
 * disk below has returned; reads that must fetch what they read wait without keeping others. Whatever a client sends, it
 * can reach nothing but the disk: what does not follow the protocol ends its connection.
 */
export class NbdServer {
  readonly #disk: GuestDisk;
  readonly #hooks: NbdServerHooks;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #closed = false;

  constructor(disk: GuestDisk, hooks: NbdServerHooks) {
    this.#disk = disk;
    this.#hooks = hooks;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(socketPath: string): Promise<void> {
    await listenOnUnixSocket(this.#server, socketPath);
  }

  /** From the moment of the call nothing more reaches the disk; the socket's file is gone when it resolves. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy()); // The client has gone; that it closes follows.
    socket.on("close", () => this.#sockets.delete(socket));
    this.#converse(socket).then(
      () => socket.end(),
      (error: unknown) => {
        this.#hooks.onAccessFailed(error);
        socket.destroy();
      },
    );
  }

  async #converse(socket: Socket): Promise<void> {
    const reader = new SocketReader(socket);
    if (!(await negotiate(socket, reader, this.#disk.virtualSizeBytes))) return;
    const waiting = new Set<Promise<void>>();
    for (;;) {
      const header = await reader.take(REQUEST_BYTES);
      const request = header && parseRequest(header);
      if (!request || request.command === COMMAND.disconnect) break;
      if (request.length > PAYLOAD_BYTES_MAX) break;
      const payload = request.command === COMMAND.write ? await reader.take(request.length) : Buffer.alloc(0);
      if (payload === null) break;
      const answer = this.#serve(socket, request, payload);
      if (answer !== null) {
        const waited = answer.finally(() => waiting.delete(waited));
        waiting.add(waited);
      }
      if (waiting.size >= WAITING_MAX) await Promise.race(waiting);
      if (socket.writableLength > UNSENT_BYTES_MAX) await drained(socket);
    }
    await Promise.all(waiting);
  }

  /** Null when it was answered at once. */
  #serve(socket: Socket, request: NbdRequest, payload: Buffer): Promise<void> | null {
    const send = (error: number, data: Buffer = Buffer.alloc(0)): void => {
      if (socket.destroyed) return;
      socket.write(
        error === ERROR.none
          ? Buffer.concat([encodeReply(error, request.cookie), data])
          : encodeReply(error, request.cookie),
      );
    };
    const attempt = (access: () => Buffer | void): void => {
      if (this.#closed) return;
      try {
        send(ERROR.none, access() ?? Buffer.alloc(0));
      } catch (error) {
        this.#hooks.onAccessFailed(error);
        send(errorOf(error));
      }
    };
    if (!this.#isInside(request)) {
      send(ERROR.invalid);
      return null;
    }
    switch (request.command) {
      case COMMAND.read:
        return this.#read(request, attempt);
      case COMMAND.write:
        attempt(() => {
          this.#disk.write(request.offset, payload);
          if ((request.flags & COMMAND_FLAG_FUA) !== 0) this.#disk.sync();
        });
        return null;
      case COMMAND.flush:
        attempt(() => this.#disk.sync());
        return null;
      default:
        send(ERROR.invalid);
        return null;
    }
  }

  #read({ offset, length }: NbdRequest, attempt: (access: () => Buffer) => void): Promise<void> | null {
    const read = (): Buffer => {
      const bytes = Buffer.alloc(length);
      this.#disk.read(offset, bytes);
      return bytes;
    };
    const waiting = length === 0 ? null : (this.#disk.prepare?.(offset, length) ?? null);
    if (waiting === null) {
      attempt(read);
      return null;
    }
    const refuse = (error: unknown): void =>
      attempt(() => {
        throw error;
      });
    return waiting.then(() => attempt(read), refuse);
  }

  /** Flushes have neither. Numbers beyond what a disk can have are outside, too. */
  #isInside({ command, offset, length }: NbdRequest): boolean {
    if (command === COMMAND.flush) return true;
    if (offset % BLOCK_BYTES_MIN !== 0 || length % BLOCK_BYTES_MIN !== 0) return false;
    return Number.isSafeInteger(offset) && offset + length <= this.#disk.virtualSizeBytes;
  }
}

function errorOf(error: unknown): number {
  return error instanceof Fault && error.code === "StorageFull" ? ERROR.noSpace : ERROR.io;
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}
