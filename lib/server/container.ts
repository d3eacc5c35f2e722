import os from "node:os";
import path from "node:path";
import { createFileCertificateAuthority } from "@/lib/adapters/certificates/file-certificate-authority";
import { openHomeAuthority } from "@/lib/adapters/certificates/home-authority";
import { createHostConsoleSource } from "@/lib/adapters/consoles/host-console-source";
import { VaultWorkerClient } from "@/lib/adapters/engine-workers/vault-worker-client";
import { networkProbe } from "@/lib/adapters/evidence/network-probe";
import { createReportKeyFiles } from "@/lib/adapters/evidence/report-key-files";
import { createSupervisedEstate } from "@/lib/adapters/estate/supervised-estate";
import { createEvidenceFiles } from "@/lib/adapters/evidence/folder-evidence-files";
import { createHypervisorChoice } from "@/lib/adapters/compute/hypervisor-choice";
import { QemuHypervisor } from "@/lib/adapters/hypervisors/qemu/qemu-hypervisor";
import { V86Hypervisor } from "@/lib/adapters/hypervisors/v86/v86-hypervisor";
import { createLiveEventHub } from "@/lib/adapters/live/live-event-hub";
import { ControlDatabase } from "@/lib/adapters/persistence/database";
import { createSqliteJobStore } from "@/lib/adapters/persistence/job-store";
import { DATABASE_TEMPLATE, migrateDatabase } from "@/lib/adapters/persistence/migrate";
import { createSqliteRepositories } from "@/lib/adapters/persistence/repositories";
import { createRegionCompute } from "@/lib/adapters/region/region-compute";
import { createReplicaCapture } from "@/lib/adapters/replica-capture/replica-capture";
import { createReplicaFolders } from "@/lib/adapters/replicas/replica-folders";
import { createAgentEndpoint } from "@/lib/adapters/site-gateway/agent-endpoint";
import { createSiteGateway } from "@/lib/adapters/site-gateway/memory-site-gateway";
import { fetchWebhooks } from "@/lib/adapters/runbooks/fetch-webhooks";
import { ProcessRunbooks } from "@/lib/adapters/runbooks/process-runbooks";
import { FileSealedValues } from "@/lib/adapters/runbooks/sealed-values";
import { createStorageFolders } from "@/lib/adapters/storage/storage-folders";
import { StoragePlaces } from "@/lib/adapters/storage/storage-places";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { KeyFiles } from "@/lib/adapters/vault-data/key-files";
import { createOnDemandDisks } from "@/lib/adapters/vault-data/on-demand-disks";
import { createVaultData } from "@/lib/adapters/vault-data/vault-data";
import { createArmRouter } from "@/lib/arm/router";
import { HostClient } from "@/lib/compute/host-client";
import { JobChanges } from "@/lib/jobs/job-changes";
import { JobRunner } from "@/lib/jobs/job-runner";
import { definitionRegistry, JobService } from "@/lib/jobs/job-service";
import type { OperationContext } from "@/lib/operations/context";
import { startDueDrills } from "@/lib/operations/drills/start-due-drills";
import { EphemeralSecrets } from "@/lib/operations/ephemeral-secrets";
import { allJobs } from "@/lib/operations/jobs/all-jobs";
import { pruneJobs } from "@/lib/operations/prune-jobs";
import { alertOverdueActions } from "@/lib/operations/recovery-plans/alert-overdue-actions";
import { runDueScrubs } from "@/lib/operations/run-due-scrubs";
import { reclaimDueVaults } from "@/lib/operations/space/reclaim-space";
import type { Logger } from "pino";
import { DiskCaretaker } from "./disk-caretaker";
import type { Environment } from "./environment";
import type { Home } from "./home";
import { inboundVerbs } from "./inbound-verbs";
import { publishJobs } from "./publish-jobs";
import { isDeadOwner, ownerOfThisProcess } from "./process-owner";
import { RecurringWork } from "./recurring-work";
import { createSourceHosts } from "./source-hosts";

/** How often it is looked whether work is due: space every hour in which something changed, a scrub every day. */
const SPACE_LOOK_MS = 5 * 60_000;
const SCRUB_LOOK_MS = 10 * 60_000;
const JOBS_LOOK_MS = 6 * 60 * 60_000;
/** Manual actions are given whole minutes. */
const OVERDUE_LOOK_MS = 10_000;
const DRILL_LOOK_MS = 10_000;

export const DEFAULT_SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
export const DEFAULT_RESOURCE_GROUP = "contoso";

/** A user without an entry in the system's list of users is known by their number. */
function localUser(): string {
  try {
    return os.userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

export type Container = Awaited<ReturnType<typeof createContainer>>;

/** Everything that the server is made of, put together in one place. `start` begins the work, `stop` lets go of it. */
export async function createContainer(options: {
  readonly environment: Environment;
  readonly home: Home;
  /** The repository's folder: schema and migrations are read from it. */
  readonly root: string;
  readonly version: string;
  readonly logger: Logger;
}) {
  const { environment, home, logger } = options;
  const clock = systemClock;
  const random = systemRandom;
  const portalOrigin = `http://127.0.0.1:${String(environment.port)}`;
  const tlsOrigin = `https://127.0.0.1:${String(environment.tlsPort)}`;

  const template = path.join(options.root, "dist", DATABASE_TEMPLATE);
  const { applied } = await migrateDatabase(home.database, path.join(options.root, "prisma"), template);
  if (applied.length > 0) logger.info({ applied }, "database migrated");
  const database = await ControlDatabase.open(home.database);
  const repositories = createSqliteRepositories(database);

  const homeAuthority = await openHomeAuthority({ folder: home.tls, clock, random });
  const certificates = createFileCertificateAuthority({
    folder: home.keys,
    home: homeAuthority,
    endpoint: tlsOrigin,
    clock,
    random,
  });
  // Of its own: a guest that waits for a block must not wait for a check or a sweep.
  const blockWorkers = new VaultWorkerClient({ childCountMax: 1, niceness: 0 });
  const workers = new VaultWorkerClient();
  const places = new StoragePlaces({
    storageRoot: home.storage,
    keysFolder: home.keys,
    accounts: repositories.storageAccounts,
  });
  const vaultData = createVaultData({
    places,
    checksFolder: home.checks,
    keyFiles: new KeyFiles(home.keys),
    clock,
    workers,
    random,
  });
  const gateway = createSiteGateway({ clock, random });
  const regionHost = new HostClient(home.regionSocket);
  const region = createRegionCompute(regionHost, clock);
  const sourceHosts = createSourceHosts(home.sites);
  const qemu = new QemuHypervisor();
  const firmware = environment.firmwareFolder === null ? {} : { firmwareFolder: environment.firmwareFolder };
  const live = createLiveEventHub();

  const jobParts = {
    store: createSqliteJobStore(database),
    definitions: definitionRegistry(allJobs),
    services: (): OperationContext => context,
    changes: new JobChanges(),
    clock,
    random,
    owner: ownerOfThisProcess(random),
  };
  const context: OperationContext = {
    repositories,
    jobs: new JobService(jobParts),
    sites: gateway,
    estate: createSupervisedEstate({ socketPath: home.supervisorSocket }),
    region,
    vaultData,
    hypervisors: createHypervisorChoice(() => [{ name: "region", client: regionHost }, ...sourceHosts.list()]),
    replicaFolders: createReplicaFolders(home.storage),
    onDemandDisks: createOnDemandDisks({
      runFolder: home.run,
      workers: blockWorkers,
      access: (vault) => vaultData.access(vault),
      clock,
      onBug: (error) => logger.error({ err: error }, "the service of a disk met a defect"),
    }),
    replicaCapture: createReplicaCapture({
      ...{ host: regionHost, hostSocket: home.regionSocket, workers, random },
      access: (vault) => vaultData.access(vault),
    }),
    storageFolders: createStorageFolders(home.storage, places),
    certificates,
    sourceConsoles: createHostConsoleSource(() => sourceHosts.list()),
    regionConsoles: createHostConsoleSource(() => [{ client: regionHost, location: "Recovery" }]),
    reportKeys: createReportKeyFiles(home.keys),
    applicationProbe: networkProbe,
    secrets: new EphemeralSecrets(random),
    runbooks: new ProcessRunbooks({ runsFolder: home.runbooks, home: home.folder }),
    sealedValues: new FileSealedValues(path.join(home.keys, "automation.key"), random),
    webhooks: fetchWebhooks,
    evidenceFiles: createEvidenceFiles(path.join(home.evidence, "files")),
    live,
    clock,
    random,
    settings: {
      version: options.version,
      portalOrigin,
      tlsOrigin,
      defaultSubscriptionId: DEFAULT_SUBSCRIPTION,
      defaultResourceGroup: DEFAULT_RESOURCE_GROUP,
      localUser: localUser(),
    },
    capabilities: async () => ({
      v86: new V86Hypervisor(firmware).unavailableReason() === null,
      qemu: qemu.unavailableReason() === null,
      kvm: await qemu.hasKvm(),
    }),
  };
  const runner = new JobRunner(jobParts, {
    isOwnerDead: isDeadOwner,
    onTrouble: (error, jobId) => logger.error({ err: error, jobId }, "a job could not be recorded"),
  });
  const caretaker = new DiskCaretaker(context, (error, machine) =>
    logger.warn({ err: error, machine }, "the disks of a machine could not be completed yet"),
  );
  const spaceTrouble = (error: unknown) =>
    logger.warn({ err: error }, "the space of a vault could not be looked after");
  const drillTrouble = (error: unknown, drill?: string) =>
    logger.warn({ err: error, drill }, "a drill could not be looked after");
  const recurring = [
    new RecurringWork({
      clock,
      everyMs: SPACE_LOOK_MS,
      work: () => reclaimDueVaults(context, spaceTrouble),
      onTrouble: spaceTrouble,
    }),
    new RecurringWork({
      clock,
      everyMs: OVERDUE_LOOK_MS,
      work: () => alertOverdueActions(context),
      onTrouble: (error) => logger.warn({ err: error }, "overdue manual actions could not be looked for"),
    }),
    new RecurringWork({
      clock,
      everyMs: SCRUB_LOOK_MS,
      work: () => runDueScrubs(context),
      onTrouble: (error) => logger.warn({ err: error }, "a scrub could not be started"),
    }),
    new RecurringWork({
      clock,
      everyMs: JOBS_LOOK_MS,
      work: () => pruneJobs(context),
      onTrouble: (error) => logger.warn({ err: error }, "old jobs could not be forgotten"),
    }),
    new RecurringWork({
      clock,
      everyMs: DRILL_LOOK_MS,
      work: () => startDueDrills(context, drillTrouble),
      onTrouble: drillTrouble,
    }),
  ];
  publishJobs(jobParts.changes, live);

  return {
    context,
    homeAuthority,
    arm: createArmRouter(context, {
      onBug: (error, where) => logger.error({ err: error, ...where }, "a request met a defect"),
    }),
    agents: createAgentEndpoint({
      context,
      verbs: inboundVerbs(context),
      inbox: gateway.inbox,
      certificates,
      storeOf: (vault) => places.locate(vault),
      report: (error) => logger.error({ err: error }, "a site's request met a defect"),
    }),
    start: () => {
      runner.start();
      caretaker.start();
      for (const one of recurring) one.start();
    },
    stop: async () => {
      await runner.stop();
      await caretaker.stop();
      for (const one of recurring) await one.stop();
      await workers.close();
      await blockWorkers.close();
      sourceHosts.close();
      regionHost.close();
      await database.close();
    },
  };
}
