import net from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "@/lib/kernel/fault";

export const LOOPBACK = "127.0.0.1";
/** A server whose supervisor was killed lets go of its ports within this time. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 100;

/**
 * Makes sure, before anything is started, that we can listen. Whoever holds the port would otherwise answer in our place
 * when we ask whether the portal is ready: another Secondsite would even say yes.
 * @throws Fault PortNotAvailable
 */
export async function requirePorts(ports: readonly number[], patienceMs = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (const port of ports) {
    for (;;) {
      const problem = await tryToListen(port);
      if (problem === null) break;
      if (problem !== "EADDRINUSE" || performance.now() > deadline) throw portNotAvailable(port, problem);
      await delay(PAUSE_MS);
    }
  }
}

function tryToListen(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(null)));
  });
}

function portNotAvailable(port: number, problem: string): Fault {
  const taken = problem === "EADDRINUSE";
  return new Fault({
    code: "PortNotAvailable",
    message: `Port ${port} of ${LOOPBACK} cannot be used (${problem}).`,
    possibleCauses: taken
      ? "Another program listens there, perhaps another Secondsite."
      : "Ports below 1024 belong to the administrator on most systems.",
    recommendedAction: "End the other program, or set PORT and TLS_PORT to ports that are free.",
  });
}
