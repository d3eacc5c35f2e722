import { spawn, type ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { listenOnUnixSocket } from "@/lib/adapters/compute/unix-socket";
import { makeVmFolder } from "./vm-folder";

const START_MS = 15_000;
const STDERR_KEEP = 4_000;
/**
 * QEMU outlives whoever started it; a machine must not run on without its host. A reader of a pipe that only the host holds
 * open kills it: at the end of the pipe, unless a word came before. (The shell's process becomes QEMU itself.)
 */
const TIED_TO_HOST = '{ read -r word <&3 || kill -KILL $$; } & exec "$@" 3<&-';

export interface QemuChannels {
  readonly serial: Socket;
  readonly qmp: Socket;
}

/** One QEMU process and the folder of its sockets; all of them are ours and QEMU dials in. */
export class QemuProcess {
  readonly folder: string;
  #child: ChildProcess | null = null;
  #ended: Promise<string> = Promise.resolve("it was never started");
  #said = "";

  constructor() {
    this.folder = makeVmFolder();
  }

  /** Resolves with the reason once the process has ended. */
  get ended(): Promise<string> {
    return this.#ended;
  }

  /** @throws Error with what QEMU said when it does not come up */
  async start(program: string, args: readonly string[]): Promise<QemuChannels> {
    const serial = await listener(path.join(this.folder, "serial.sock"));
    const qmp = await listener(path.join(this.folder, "qmp.sock"));
    const channels = [
      ...["-chardev", `socket,id=serial,path=${this.folder}/serial.sock`, "-serial", "chardev:serial"],
      ...["-chardev", `socket,id=qmp,path=${this.folder}/qmp.sock`, "-mon", "chardev=qmp,mode=control"],
    ];
    const child = spawn("/bin/sh", ["-c", TIED_TO_HOST, "sh", program, ...args, ...channels], {
      stdio: ["ignore", "ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stdio[3]?.on("error", () => undefined); // Its reader ended first; nothing is left to tie.
    child.stderr?.on("data", (text: Buffer) => (this.#said = (this.#said + text.toString()).slice(-STDERR_KEEP)));
    this.#ended = new Promise((resolve) => {
      const end = (why: string): void => resolve(`${why}${this.#said === "" ? "" : `: ${this.#said.trim()}`}`);
      child.on("error", (error) => end(error.message));
      child.on("exit", (code, signal) => end(`QEMU ended (${signal ?? `code ${String(code)}`})`));
    });
    try {
      const failed = this.#ended.then((reason) => Promise.reject(new Error(reason)));
      failed.catch(() => undefined);
      const tooLate = timeout(START_MS);
      const connected = Promise.all([serial.first, qmp.first]);
      const [serialSocket, qmpSocket] = await Promise.race([connected, failed, tooLate.promise]).finally(
        tooLate.cancel,
      );
      return { serial: serialSocket, qmp: qmpSocket };
    } finally {
      serial.server.close();
      qmp.server.close();
    }
  }

  /** Gone, with its sockets, when it resolves. Idempotent. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child) {
      child.kill("SIGKILL");
      await this.#ended;
      // The number of the process may belong to another one by now: the reader of the pipe must not kill it.
      const tie = child.stdio[3];
      if (tie && "end" in tie) tie.end("over\n");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function listener(socketPath: string): Promise<{ server: Server; first: Promise<Socket> }> {
  const server = createServer();
  const first = new Promise<Socket>((resolve) => server.once("connection", resolve));
  await listenOnUnixSocket(server, socketPath);
  return { server, first };
}

function timeout(ms: number): { promise: Promise<never>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`QEMU did not answer within ${ms / 1000} s`)), ms);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
