import type { ProtectedItem, Vault } from "@/lib/domain/entities";
import { completePolicy } from "@/lib/domain/policy-rules";
import { providerOf, type FabricKind } from "@/lib/domain/replication-provider";
import { BugError } from "@/lib/kernel/assert";
import { JobChanges } from "@/lib/jobs/job-changes";
import type { Job } from "@/lib/jobs/job";
import type { JobDefinition } from "@/lib/jobs/job-definition";
import { JobRunner } from "@/lib/jobs/job-runner";
import { definitionRegistry, JobService } from "@/lib/jobs/job-service";
import type { OperationContext } from "@/lib/operations/context";
import { EphemeralSecrets } from "@/lib/operations/ephemeral-secrets";
import { baseJobs } from "@/lib/operations/jobs/base-jobs";
import { recoveryJobs } from "@/lib/operations/jobs/recovery-jobs";
import { recordHeartbeat } from "@/lib/operations/record-heartbeat";
import { recordRecoveryPoint } from "@/lib/operations/record-recovery-point";
import { registerProvider } from "@/lib/operations/register-provider";
import { MemoryProbe, MemoryReportKeys } from "./memory-evidence";
import { MemoryEvidenceFiles } from "./memory-evidence-files";
import { MemoryJobStore } from "./memory-job-store";
import { MemoryOnDemandDisks } from "./memory-on-demand-disks";
import { MemoryRegion } from "./memory-region";
import { MemoryReplicaCapture } from "./memory-replica-capture";
import { MemoryReplicaFolders } from "./memory-replica-folders";
import { createMemoryRepositories } from "./memory-repositories";
import { memorySealedValues, MemoryRunbooks, MemoryWebhooks } from "./memory-runbooks";
import { MemorySite } from "./memory-site";
import { MemoryVaultData } from "./memory-vault-data";
import { seededRandom } from "./seeded-random";
import { Severable } from "./severable";
import { TestClock } from "./test-clock";

export const SCOPE = { subscriptionId: "00000000-0000-0000-0000-000000000001", resourceGroup: "contoso" };
export const PROVIDER_ID = "provider-1";

function unused<T extends object>(what: string): T {
  return new Proxy({} as T, {
    get: (_, key) => {
      throw new BugError(`a test reached ${what}.${String(key)}`);
    },
  });
}

/**
 * A whole installation in memory: site, vault, region, database. `process()` starts the control plane over it, as often as
 * wanted; what a killed one leaves behind is what the next one finds.
 */
export class RecoveryWorld {
  readonly clock = new TestClock();
  readonly random = seededRandom(11);
  readonly store = new MemoryJobStore();
  readonly repositories = createMemoryRepositories();
  readonly folders = new MemoryReplicaFolders();
  readonly evidenceFiles = new MemoryEvidenceFiles();
  readonly vaultData = new MemoryVaultData(this.folders);
  readonly onDemandDisks = new MemoryOnDemandDisks(this.folders, this.vaultData);
  readonly region = new MemoryRegion(this.folders);
  readonly replicaCapture = new MemoryReplicaCapture(this.region, this.folders, this.vaultData, this.clock);
  readonly reportKeys = new MemoryReportKeys();
  readonly probe = new MemoryProbe();
  readonly site = new MemorySite(this.vaultData, this.clock);
  readonly runbooks = new MemoryRunbooks();
  readonly webhooks = new MemoryWebhooks();
  readonly definitions: readonly JobDefinition<OperationContext>[] = [...baseJobs, ...recoveryJobs];
  vault!: Vault;
  /** Machines of which source and replica ran at the same instant. */
  readonly ranTwice = new Set<string>();
  private processes = 0;

  constructor() {
    const look = (name: string) => {
      const atSite = this.site.machines.get(name)?.power === "running";
      if (atSite && this.region.running().includes(name)) this.ranTwice.add(name);
    };
    this.region.onStart = look;
    this.site.onStart = look;
  }

  process(severable = new Severable()) {
    const owner = `process ${(this.processes += 1)}`;
    const parts = {
      store: severable.wrap(this.store),
      definitions: definitionRegistry(this.definitions),
      services: (): OperationContext => context,
      changes: new JobChanges(),
      clock: this.clock,
      random: this.random,
      owner,
    };
    const context: OperationContext = {
      repositories: severable.wrap(this.repositories),
      jobs: new JobService(parts),
      sites: severable.wrap<MemorySite>(this.site, ["isConnected", "progress", "transfer"]),
      region: severable.wrap<MemoryRegion>(this.region),
      vaultData: severable.wrap<MemoryVaultData>(this.vaultData),
      replicaFolders: severable.wrap<MemoryReplicaFolders>(this.folders),
      onDemandDisks: severable.wrap<MemoryOnDemandDisks>(this.onDemandDisks, ["progress"]),
      evidenceFiles: severable.wrap<MemoryEvidenceFiles>(this.evidenceFiles),
      replicaCapture: severable.wrap<MemoryReplicaCapture>(this.replicaCapture),
      live: { publish: () => {}, subscribe: () => unused("live events") },
      estate: unused("estate"),
      hypervisors: unused("hypervisors"),
      storageFolders: unused("storage folders"),
      certificates: unused("certificates"),
      sourceConsoles: unused("consoles"),
      regionConsoles: unused("consoles"),
      reportKeys: this.reportKeys,
      applicationProbe: severable.wrap<MemoryProbe>(this.probe),
      secrets: new EphemeralSecrets(this.random),
      runbooks: severable.wrap<MemoryRunbooks>(this.runbooks),
      sealedValues: memorySealedValues,
      webhooks: severable.wrap<MemoryWebhooks>(this.webhooks),
      clock: this.clock,
      random: this.random,
      settings: {
        version: "0.0.0",
        portalOrigin: "http://127.0.0.1:3000",
        tlsOrigin: "https://127.0.0.1:3443",
        defaultSubscriptionId: SCOPE.subscriptionId,
        defaultResourceGroup: SCOPE.resourceGroup,
        localUser: "ann",
      },
      capabilities: async () => ({ v86: true, qemu: false, kvm: false }),
    };
    const runner = new JobRunner(parts, {
      isOwnerDead: (name) => name !== owner,
      onTrouble: (error) => {
        throw error;
      },
    });
    return { context, runner };
  }

  /** Vault, site, policy, network, one registered host; machines by name, each with its orders. */
  async furnish(
    machines: Readonly<Record<string, number | null>>,
    kind: FabricKind = "HyperVSite",
  ): Promise<OperationContext> {
    const { context } = this.process();
    const at = this.clock.now().toISOString();
    const { vaults, fabrics, policies, virtualNetworks, storageAccounts } = this.repositories;
    this.vault = {
      ...SCOPE,
      id: "vault-1",
      name: "contoso-vault",
      location: "westeurope",
      storageAccount: "contosostorage",
      state: "Active",
      resourceId: "1",
      createdAt: at,
      passphraseSetAt: at,
      scrubMiBPerDay: 4096,
      authorityCertificate: null,
      tags: {},
    };
    await vaults.insert(this.vault);
    await storageAccounts.insert({
      ...SCOPE,
      name: "contosostorage",
      location: "westeurope",
      createdAt: at,
      blob: null,
    });
    for (const [name, isolated] of [["production", false] as const, ["test", true] as const]) {
      const subnets = [{ name: "default", addressPrefix: "10.0.0.0/24" }];
      const addressSpace = "10.0.0.0/16";
      await virtualNetworks.put({ ...SCOPE, name, location: "westeurope", addressSpace, subnets, isolated });
    }
    const fabric = { id: "fabric-1", vaultId: "vault-1", name: "branch", kind };
    await fabrics.insert({ ...fabric, internalIdentifier: "f00d", createdAt: at });
    await policies.insert({
      ...completePolicy({
        provider: providerOf(kind),
        replicationIntervalSeconds: kind === "VMware" ? null : 30,
        recoveryPointHistoryHours: 24,
        applicationConsistentFrequencyHours: 0,
        crashConsistentFrequencyMinutes: null,
        recoveryPointThresholdMinutes: null,
      }),
      id: "policy-1",
      vaultId: "vault-1",
      name: kind === "VMware" ? "continuous" : "every-30-seconds",
      storageAccount: "contosostorage",
      createdAt: at,
    });
    for (const [name, orders] of Object.entries(machines)) {
      const bootable = orders !== null;
      this.site.machines.set(name, { id: name, name, power: bootable ? "running" : "off", orders, bootable });
    }
    const host = { hostName: "HV01", version: "1.0", certificateSha256: "ab" };
    await registerProvider(context, { ...host, providerId: PROVIDER_ID, fabricId: "fabric-1" });
    this.site.register = (point) => recordRecoveryPoint(context, PROVIDER_ID, point);
    this.site.onPower = () => {
      this.clock.advance(1);
      void this.heartbeat(context);
    };
    await this.heartbeat(context);
    return context;
  }

  heartbeat(context: OperationContext): Promise<unknown> {
    const heartbeat = { hostName: "HV01", version: "1.0", machines: this.site.inventory() };
    return recordHeartbeat(context, PROVIDER_ID, heartbeat);
  }

  /** A machine that is Protected, with one point of what it has now. */
  async protect(context: OperationContext, name: string): Promise<ProtectedItem> {
    const item: ProtectedItem = {
      id: `item-${name}`,
      vaultId: "vault-1",
      fabricId: "fabric-1",
      providerId: PROVIDER_ID,
      policyId: "policy-1",
      name,
      machineId: name,
      machineName: name,
      state: "Protected",
      testFailoverState: "None",
      activeLocation: "Primary",
      diskIds: [`${name}-os`, `${name}-data`],
      target: {
        machineName: name,
        size: "Standard_A1",
        networkName: "production",
        subnetName: "default",
        storageAccount: "contosostorage",
      },
      heldByJobId: null,
      failoverRecoveryPointId: null,
      lastTestFailoverAt: null,
      lastFailoverAt: null,
      replicationError: null,
      consistencyGroup: null,
      createdAt: this.clock.now().toISOString(),
      evidence: { replicating: true },
      revision: 1,
    };
    await this.repositories.protectedItems.insert(item);
    this.site.itemMachines.set(item.id, name);
    await this.site.replicate(item.id, false);
    await this.heartbeat(context);
    return item;
  }

  async item(name: string): Promise<ProtectedItem> {
    const item = await this.repositories.protectedItems.get(`item-${name}`);
    if (!item) throw new Error(`${name} is not protected`);
    return item;
  }

  /** Runs everything that is queued to its end with a fresh process. */
  async run(job: Job): Promise<Job> {
    const { context, runner } = this.process();
    runner.start();
    const ended = await context.jobs.waitForEnd(job.id);
    await runner.stop();
    return ended;
  }
}
