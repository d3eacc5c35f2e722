/**
 * The Provider and MARS agent of one site, as a process: `site-agent --site FOLDER`. Dials out to the vault's endpoint
 * only. Lines of JSON on standard error. Ends with SIGTERM, SIGINT and with its parent; SIGKILL loses nothing.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { threadWorkers } from "@/lib/adapters/engine-workers/thread-workers";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { BULK_NICENESS, lowerPriority } from "@/lib/adapters/system/process-priority";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { HostClient } from "@/lib/compute/host-client";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import { SiteAgent } from "@/lib/site/agent/site-agent";
import { describeForPeople } from "@/lib/site/cli/exit-codes";
import { readSite } from "@/lib/site/estate/site-folder";
import { FolderHooks, hooksFolder } from "@/lib/site/hooks/folder-hooks";
import { readRegistration } from "@/lib/site/registration-file";
import { VaultClient } from "@/lib/site/vault-client";

/** After an order to end, whatever still hangs is left: nothing is lost by it. */
const GRACE_MS = 5_000;

function log(event: string, details: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify({ time: systemClock.now().toISOString(), event, ...details })}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { site: { type: "string" } } });
  const site = values.site === undefined ? null : readSite(path.resolve(values.site));
  const registration = site && readRegistration(site.agentFolder);
  if (!site || !registration) {
    process.stderr.write("usage: site-agent --site FOLDER, where FOLDER is a registered site\n");
    process.exit(2);
  }
  // The source site's own work comes first.
  lowerPriority();
  const { clientCertificate, clientKeyPem, endpoint, trusted, vaultKeys } = registration;
  const host = new HostClient(site.hostSocket);
  const startWorkers = threadWorkers({ niceness: BULK_NICENESS });
  const agent = new SiteAgent({
    registration,
    host,
    hooks: new FolderHooks({ folder: hooksFolder(site.folder), stateFolder: site.agentFolder }),
    client: new VaultClient({
      endpoint,
      trusted,
      client: { certificatePem: clientCertificate, keyPem: clientKeyPem },
    }),
    fileSystem: nodeFileSystem,
    journalFolder: site.agentFolder,
    imagesFolder: site.disksFolder,
    openSession: (store) =>
      VaultSession.open({
        store,
        keys: vaultKeys,
        startWorkers,
        openSource: (spec) => openFrozenView(nodeFileSystem, spec),
        random: systemRandom,
        clock: systemClock,
      }),
    clock: systemClock,
    random: systemRandom,
    log,
  });
  const end = () => {
    agent.stop();
    setTimeout(() => process.exit(0), GRACE_MS).unref();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, end);
  if (process.connected) process.on("disconnect", end);
  log("started", { site: site.name, vault: registration.vaultName, pid: process.pid });
  await agent.run();
  host.close();
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(describeForPeople(error));
  process.exit(1);
});
