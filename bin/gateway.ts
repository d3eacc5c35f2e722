/**
 * The gateway process: the TLS endpoint. Objects of the sites go through it to the store and back; what is small goes on
 * to the server. A process of its own, at low priority, so that replication at full speed leaves the portal quick.
 * Ends on SIGTERM, SIGINT, or when the supervisor is gone. Exit code 78: its port is taken, trying again is useless.
 */
import { ObjectEndpoint } from "@/lib/adapters/site-gateway/object-endpoint";
import { openStore } from "@/lib/adapters/stores/store-location";
import { lowerPriority } from "@/lib/adapters/system/process-priority";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { readEnvironment } from "@/lib/server/environment";
import { homeAt } from "@/lib/server/home";
import { InnerClient } from "@/lib/server/inner-client";
import type { TlsCredentials } from "@/lib/server/inner-door";
import { listen } from "@/lib/server/listen";
import { createLogger } from "@/lib/server/logger";
import { createTlsDoor } from "@/lib/server/tls-door";

const SERVER_POLL_MS = 50;

async function main(): Promise<void> {
  lowerPriority();
  process.on("SIGTERM", () => process.exit(0));
  process.on("SIGINT", () => process.exit(0));
  if (process.connected) process.on("disconnect", () => process.exit(0));

  const environment = readEnvironment(process.env, process.cwd());
  const logger = createLogger(environment.logLevel);
  const server = new InnerClient(homeAt(environment.home).serverSocket);
  const door = createTlsDoor({
    credentials: await credentialsOf(server),
    origin: `https://127.0.0.1:${String(environment.tlsPort)}`,
    policy: { ports: [environment.port, environment.tlsPort] },
    random: systemRandom,
    objects: new ObjectEndpoint({
      admit: (certificate) => server.admit(certificate),
      openStore,
      report: (error) => logger.error({ err: error }, "a site's object met a defect"),
    }),
    server,
    onError: (error) => logger.error({ err: error }, "a connection failed"),
  });
  await listen(door, environment.tlsPort);
}

/** The server makes them on its first start; it may be starting at this moment. */
async function credentialsOf(server: InnerClient): Promise<TlsCredentials> {
  for (;;) {
    try {
      return await server.credentials();
    } catch {
      await systemClock.sleep(SERVER_POLL_MS);
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
