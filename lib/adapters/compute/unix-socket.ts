import { existsSync, mkdirSync, rmSync } from "node:fs";
import { connect, type Server } from "node:net";
import path from "node:path";
import { Fault } from "@/lib/kernel/fault";

/** What a socket's address holds on Linux (108 bytes with the final zero); macOS has 104. */
const SOCKET_PATH_BYTES_MAX = 103;

/**
 * Listens on a unix socket that only this user may open. A socket file that a killed process left is replaced; one that
 * somebody answers on is not.
 */
export async function listenOnUnixSocket(server: Server, socketPath: string): Promise<void> {
  if (Buffer.byteLength(socketPath) > SOCKET_PATH_BYTES_MAX) throw tooLong(socketPath);
  mkdirSync(path.dirname(socketPath), { recursive: true, mode: 0o700 });
  if (existsSync(socketPath)) {
    if (await somebodyAnswers(socketPath)) throw taken(socketPath);
    rmSync(socketPath);
  }
  // The mode must hold from the first instant: between listen and chmod anybody could connect.
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(socketPath, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } finally {
    process.umask(umask);
  }
}

function somebodyAnswers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function tooLong(socketPath: string): Fault {
  return new Fault({
    code: "SocketPathTooLong",
    message: `The socket path ${socketPath} is longer than ${SOCKET_PATH_BYTES_MAX} bytes.`,
    possibleCauses: "The home folder lies deep in the file system.",
    recommendedAction: "Choose a home folder with a shorter path.",
  });
}

function taken(socketPath: string): Fault {
  return new Fault({
    code: "SocketInUse",
    message: `Another program answers on ${socketPath}.`,
    possibleCauses: "The same host was started twice.",
    recommendedAction: "Use the one that runs, or end it and start again.",
  });
}
