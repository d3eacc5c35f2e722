import type { Server } from "node:net";
import { EXIT_CONFIGURATION } from "@/lib/site/supervisor/managed-process";
import { LOOPBACK } from "./require-ports";

/** A port that cannot be had ends the process with EXIT_CONFIGURATION and a line that says what to do. */
export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE" && error.code !== "EACCES") return reject(error);
      process.stderr.write(
        `Port ${String(port)} of ${LOOPBACK} cannot be used (${error.code}): another program listens there. Set PORT or TLS_PORT.\n`,
      );
      process.exit(EXIT_CONFIGURATION);
    });
    server.listen(port, LOOPBACK, resolve);
  });
}
