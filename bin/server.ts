/**
 * The server process: pages and API on http, what the gateway forwards from TLS, jobs. Started by the supervisor; ends in order on SIGTERM,
 * SIGINT, or when the supervisor is gone. Exit code 78: it cannot work with this configuration, trying again is useless.
 */
import fs from "node:fs";
import path from "node:path";
import next from "next";
import { listenOnUnixSocket } from "@/lib/adapters/compute/unix-socket";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { createContainer } from "@/lib/server/container";
import { readEnvironment } from "@/lib/server/environment";
import { homeAt, makeHome } from "@/lib/server/home";
import { createHttpDoor } from "@/lib/server/http-door";
import { createInnerDoor } from "@/lib/server/inner-door";
import { listen } from "@/lib/server/listen";
import { createLogger } from "@/lib/server/logger";
import { LOOPBACK } from "@/lib/server/require-ports";

const root = path.resolve(import.meta.dirname, "..");

async function main(): Promise<void> {
  const environment = readEnvironment(process.env, process.cwd());
  const home = homeAt(environment.home);
  makeHome(home);
  const logger = createLogger(environment.logLevel);
  const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };

  const pages = next({ dev: environment.development, dir: root, hostname: LOOPBACK, port: environment.port });
  const [container] = await Promise.all([
    createContainer({ environment, home, root, version, logger }),
    pages.prepare(),
  ]);
  (globalThis as { [key: symbol]: unknown })[Symbol.for("secondsite.server")] = { handle: container.arm };

  const policy = { ports: [environment.port, environment.tlsPort] };
  const onError = (error: unknown) => logger.error({ err: error }, "a connection failed");
  const handlePage = pages.getRequestHandler();
  const http = createHttpDoor({ policy, random: systemRandom, next: handlePage, onError });
  const inner = createInnerDoor({
    origin: container.context.settings.tlsOrigin,
    policy,
    random: systemRandom,
    credentials: () => container.homeAuthority.serverCredentials(),
    arm: container.arm,
    agents: container.agents,
    onError,
  });
  await Promise.all([listen(http, environment.port), listenOnUnixSocket(inner, home.serverSocket)]);
  container.start();
  logger.info({ portal: container.context.settings.portalOrigin }, "the server answers");

  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    http.close();
    inner.close();
    http.closeAllConnections();
    inner.closeAllConnections();
    container.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, "the server did not end in order");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  if (process.connected) process.on("disconnect", end);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
