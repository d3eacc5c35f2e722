import { readFile } from "node:fs/promises";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { readLedger } from "@/lib/compute/guest/ledger";
import { ArmDriver, ArmError, paths } from "@/lib/testing/drive/arm-driver";
import { Narrator, megabytes, shortHash } from "./narrator";

/** The first story of the product: a Hyper-V site protected to Azure, tested, failed over, broken, and failed over again. */
const VAULT = "contoso-vault";
export const SITE = "contoso-branch";
export const PASSPHRASE = "correct horse battery staple";
const GROUP = "contoso-group";
const POLICY = "every-30-seconds";

export interface Context {
  readonly arm: ArmDriver;
  readonly tell: Narrator;
}

export interface ProtectedItem {
  readonly id: string;
  readonly name: string;
  readonly properties: {
    readonly friendlyName: string;
    readonly protectionState: string;
    readonly testFailoverState: string;
    readonly allowedOperations: readonly string[];
    readonly activeLocation: string;
    readonly providerSpecificDetails: { readonly instanceType: "HyperVReplicaAzure" | "InMageAzureV2" };
  };
}
export interface List<T> {
  readonly value: readonly T[];
}
export interface Point {
  readonly id: string;
  readonly name: string;
  readonly properties: { readonly recoveryPointTime: string };
}
export interface Run {
  readonly jobId: string;
  readonly kind: string;
  readonly recoveryPoint: {
    readonly name: string;
    readonly at: string;
    readonly orders: { readonly count: number } | null;
  } | null;
  readonly disks: readonly {
    readonly name: string;
    readonly pointRoot: string;
    readonly restoredRoot: string | null;
    readonly identical: boolean;
    readonly bytesWritten: number;
    readonly bytesVerified: number;
    readonly seconds: number;
  }[];
  readonly machineId: string | null;
  readonly firstLineMs: number | null;
  readonly ordersOnReplica: number | null;
  readonly ordersAtSource: number | null;
  readonly ordersLost: number | null;
  readonly secondsLost: number | null;
  readonly cleanup: { readonly remainingResources: readonly string[] } | null;
}

export const vault = paths.vault(VAULT);
const fabric = `${vault}/replicationFabrics/${SITE}`;

export async function tellTheStory(origin: string): Promise<void> {
  const context: Context = { arm: new ArmDriver(origin), tell: new Narrator() };
  await createVault(context);
  await registerSite(context);
  const container = await prepareProtection(context);
  const items = await protectMachines(context, container);
  await testFailover(context, item(items, "CONTOSO-SQL"));
  await plannedFailover(context, item(items, "CONTOSO-INTRANET"));
  await unplannedFailover(context, item(items, "CONTOSO-CRM"));
  await recoveryPlan(
    context,
    ["CONTOSO-SQL", "CONTOSO-APP", "CONTOSO-WEB"].map((name) => item(items, name)),
  );
}

export async function createVault({ arm, tell }: Context): Promise<void> {
  tell.chapter("A recovery vault, by Quick Create");
  await arm.run("PUT", vault, { location: "westeurope", properties: { storageAccount: "contosostorage" } });
  const made = await arm.get<{ properties: { provisioningState: string } }>(vault);
  tell.expect(made.properties.provisioningState === "Succeeded", `the vault ${VAULT} is Active`);
}

export async function registerSite({ arm, tell }: Context): Promise<void> {
  tell.chapter("The Hyper-V site, its registration key and the passphrase");
  await arm.run("PUT", fabric, { properties: { customDetails: { instanceType: "FabricSpecificCreationInput" } } });
  await arm.send("PUT", `${vault}/providers/Secondsite.Recovery/passphrases/default`, {
    properties: { passphrase: PASSPHRASE },
  });
  const registration = (passphrase: string) => ({ properties: { vaultId: vault, fabricName: SITE, passphrase } });
  const register = `${paths.ours}/estateSites/${SITE}/register`;
  const refused = await arm.run("POST", register, registration("not the right passphrase")).then(
    () => null,
    (error: unknown) => error as Error,
  );
  tell.expect(refused?.message.includes("WrongPassphrase") === true, "a wrong passphrase is refused on the site");
  await arm.run("POST", register, registration(PASSPHRASE));
  const provider = await arm.until("the host's heartbeat", async () => {
    const { value } = await arm.get<List<{ properties: { connectionStatus: string; friendlyName: string } }>>(
      `${fabric}/replicationRecoveryServicesProviders`,
    );
    return value.find((entry) => entry.properties.connectionStatus === "Connected") ?? null;
  });
  tell.expect(true, `${provider.properties.friendlyName} is registered and its heartbeat was seen`);
}

export async function prepareProtection({ arm, tell }: Context): Promise<string> {
  tell.chapter("Storage, networks and a protection group");
  await arm.send("PUT", paths.storageAccount("contosostorage"), { location: "westeurope", properties: {} });
  for (const [name, isolated, prefix] of [
    ["contoso-production", false, "10.1"],
    ["contoso-test", true, "10.99"],
  ] as const) {
    await arm.send("PUT", paths.network(name), {
      location: "westeurope",
      properties: {
        addressSpace: { addressPrefixes: [`${prefix}.0.0/16`] },
        subnets: [{ name: "default", properties: { addressPrefix: `${prefix}.0.0/24` } }],
        isolated,
      },
    });
  }
  await arm.run("PUT", `${vault}/replicationPolicies/${POLICY}`, {
    properties: {
      providerSpecificInput: {
        instanceType: "HyperVReplicaAzure",
        replicationInterval: 30,
        recoveryPointHistoryDuration: 24,
        applicationConsistentSnapshotFrequencyInHours: 0,
        storageAccounts: [paths.storageAccount("contosostorage")],
      },
    },
  });
  const { value } = await arm.get<List<{ id: string }>>(`${fabric}/replicationProtectionContainers`);
  const container = value[0]?.id.replace(/^\/Subscriptions/, "/subscriptions") ?? "";
  await arm.run("PUT", `${container}/replicationProtectionContainerMappings/${GROUP}`, {
    properties: {
      targetProtectionContainerId: "Microsoft Azure",
      policyId: `${vault}/replicationPolicies/${POLICY}`,
      providerSpecificInput: {},
    },
  });
  const tutorial = await arm.get<{ properties: { steps: { id: string; state: string; finding: string }[] } }>(
    `${vault}/providers/Secondsite.Recovery/tutorials/hyperVSiteToAzure`,
  );
  const open = tutorial.properties.steps.slice(0, 5).filter((step) => step.state !== "done");
  tell.expect(open.length === 0, "the tutorial's first five steps are verified against the system");
  return container;
}

export async function protectMachines({ arm, tell }: Context, container: string): Promise<ProtectedItem[]> {
  tell.chapter("Protecting the machines: initial replication");
  const machines = await arm.until("discovered machines", async () => {
    const { value } = await arm.get<
      List<{
        name: string;
        id: string;
        properties: { friendlyName: string; customDetails: { diskDetails: { vhdId: string; vhdName: string }[] } };
      }>
    >(`${container}/replicationProtectableItems`);
    return value.length > 0 ? value : null;
  });
  for (const machine of machines) {
    const disks = machine.properties.customDetails.diskDetails;
    await arm.run("PUT", `${container}/replicationProtectedItems/${machine.name}`, {
      properties: {
        policyId: `${vault}/replicationPolicies/${POLICY}`,
        protectableItemId: machine.id,
        providerSpecificDetails: {
          instanceType: "HyperVReplicaAzure",
          hvHostVmId: machine.name,
          vmName: machine.properties.friendlyName,
          osType: "Linux",
          vhdId: disks[0]?.vhdId,
          disksToInclude: disks.map((disk) => disk.vhdId),
          targetStorageAccountId: paths.storageAccount("contosostorage"),
          targetAzureVmName: machine.properties.friendlyName,
          targetAzureNetworkId: paths.network("contoso-production"),
          targetAzureSubnetId: "default",
        },
      },
    });
    tell.say(`${machine.properties.friendlyName}: protection enabled, ${String(disks.length)} disk(s)`);
  }
  const items = await arm.until(
    "every machine to be Protected",
    async () => {
      const { value } = await arm.get<List<ProtectedItem>>(`${vault}/replicationProtectedItems`);
      return value.length === machines.length &&
        value.every((entry) => entry.properties.protectionState === "Protected")
        ? value
        : null;
    },
    180,
  );
  for (const entry of items) {
    const newest = (await pointsOf(arm, entry)).at(0);
    const { properties } = await arm.get<{ properties: { bytesDone: number; rpoSeconds: number | null } }>(
      `${path(entry)}/providers/Secondsite.Recovery/replication`,
    );
    tell.expect(
      newest !== undefined && properties.rpoSeconds !== null,
      `${entry.properties.friendlyName} is Protected, RPO ${String(Math.round(properties.rpoSeconds ?? 0))} s`,
    );
  }
  return [...items];
}

async function testFailover({ arm, tell }: Context, entry: ProtectedItem): Promise<void> {
  tell.chapter(`Test failover of ${entry.properties.friendlyName} to an isolated network`);
  const body = {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      networkType: "VmNetworkAsInput",
      networkId: paths.network("contoso-test"),
      providerSpecificDetails: { instanceType: "HyperVReplicaAzure" },
    },
  };
  await arm.run("POST", `${path(entry)}/testFailover`, body);
  const run = await lastRun(arm, entry);
  reportDisks(tell, run);
  tell.expect(run.firstLineMs !== null, `the replica booted, first line after ${String(run.firstLineMs)} ms`);
  tell.expect(
    run.ordersOnReplica === run.recoveryPoint?.orders?.count,
    `the replica found ${String(run.ordersOnReplica)} orders on its disk, as many as the point holds`,
  );
  await bothCount(arm, tell, entry.name, run.machineId ?? "");
  const again = await arm.send("POST", `${path(entry)}/testFailover`, body).then(
    () => null,
    (error: unknown) => error,
  );
  tell.expect(again instanceof ArmError && again.status === 409, "a second test failover is refused with 409");
  await arm.run("POST", `${path(entry)}/testFailoverCleanup`, {
    properties: { comments: "The story saw both sides count." },
  });
  const cleaned = await lastRun(arm, entry);
  tell.expect(cleaned.cleanup?.remainingResources.length === 0, "cleanup: a listing shows that nothing is left");
  const { value } = await arm.get<List<{ name: string }>>(paths.virtualMachines);
  tell.expect(value.length === 0, "no virtual machine is left in the region");
}

async function bothCount(arm: ArmDriver, tell: Narrator, sourceId: string, replicaId: string): Promise<void> {
  const orders = async (id: string) =>
    (await arm.get<{ orders: { count: number } | null }>(`${paths.ours}/consoles/${id}`)).orders?.count ?? 0;
  const [source, replica] = [await orders(sourceId), await orders(replicaId)];
  await arm.until(
    "both consoles to count on",
    async () => ((await orders(sourceId)) > source && (await orders(replicaId)) > replica ? true : null),
    30,
  );
  tell.expect(true, `source and replica both go on counting orders (from ${String(source)} and ${String(replica)})`);
}

async function plannedFailover({ arm, tell }: Context, entry: ProtectedItem): Promise<void> {
  tell.chapter(`Planned failover of ${entry.properties.friendlyName}`);
  await arm.run("POST", `${path(entry)}/plannedFailover`, {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      providerSpecificDetails: { instanceType: "HyperVReplicaAzure" },
    },
  });
  const run = await lastRun(arm, entry);
  reportDisks(tell, run);
  tell.expect(
    run.ordersLost === 0,
    `0 orders lost: ${String(run.ordersAtSource)} at the source, ${String(run.ordersOnReplica)} on the replica`,
  );
  await arm.run("POST", `${path(entry)}/failoverCommit`);
  const after = await arm.get<ProtectedItem>(path(entry));
  tell.expect(after.properties.protectionState === "PlannedFailoverStatesBegin", "committed; it runs in Azure");
}

async function unplannedFailover({ arm, tell }: Context, entry: ProtectedItem): Promise<void> {
  tell.chapter(`The site fails; unplanned failover of ${entry.properties.friendlyName} from a chosen point`);
  await arm.until("three recovery points", async () => ((await pointsOf(arm, entry)).length >= 3 ? true : null), 180);
  await arm.send("POST", `${paths.ours}/estateSites/${SITE}/fail`);
  const [latest, chosen] = await pointsOf(arm, entry);
  if (!latest || !chosen) throw new Error("the recovery points are gone");
  tell.expect(true, "every process of the site was killed; the points are there");
  await arm.run("POST", `${path(entry)}/unplannedFailover`, {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      sourceSiteOperations: "NotRequired",
      providerSpecificDetails: { instanceType: "HyperVReplicaAzure", recoveryPointId: chosen.id },
    },
  });
  const run = await lastRun(arm, entry);
  reportDisks(tell, run);
  const onDisk = await ordersOnSourceDisk(arm, entry.name);
  tell.say(
    `the dead source's own disk holds ${String(onDisk)} orders; the replica found ${String(run.ordersOnReplica)}`,
  );
  tell.expect(
    run.recoveryPoint?.name === chosen.name && run.ordersOnReplica === run.recoveryPoint.orders?.count,
    `the replica has exactly the orders of the chosen point (${run.recoveryPoint?.at ?? ""})`,
  );
  const written = onDisk - (run.ordersOnReplica ?? 0);
  tell.expect(
    written > 0,
    `${String(written)} orders were written after the point and are lost; ${String(Math.round(run.secondsLost ?? 0))} s reported`,
  );
  await arm.run("POST", `${path(entry)}/applyRecoveryPoint`, {
    properties: { recoveryPointId: latest.id, providerSpecificDetails: { instanceType: "HyperVReplicaAzure" } },
  });
  const changed = await lastRun(arm, entry);
  tell.expect(
    (changed.ordersOnReplica ?? 0) > (run.ordersOnReplica ?? 0),
    `recovery point changed before commit: now ${String(changed.ordersOnReplica)} orders`,
  );
  await arm.run("POST", `${path(entry)}/failoverCommit`);
  await arm.send("POST", `${paths.ours}/estateSites/${SITE}/restore`);
  await arm.until("the site's heartbeat", async () => {
    const { value } = await arm.get<List<{ properties: { connectionStatus: string } }>>(
      `${fabric}/replicationRecoveryServicesProviders`,
    );
    return value.every((provider) => provider.properties.connectionStatus === "Connected") ? true : null;
  });
  tell.expect(true, "committed; the site is restored and its heartbeat is back");
}

async function ordersOnSourceDisk(arm: ArmDriver, machineId: string): Promise<number> {
  const site = await arm.get<{ properties: { folder: string } }>(`${paths.ours}/estateSites/${SITE}`);
  const definition = JSON.parse(
    await readFile(`${site.properties.folder}/host/machines/${machineId}.json`, "utf8"),
  ) as { disks: { path: string }[] };
  const disk = openDisk(nodeFileSystem, definition.disks[0]?.path ?? "", "read");
  try {
    return readLedger(disk)?.count ?? 0;
  } finally {
    disk.close();
  }
}

async function recoveryPlan(context: Context, items: ProtectedItem[]): Promise<void> {
  const { arm, tell } = context;
  tell.chapter("A recovery plan: database, application, web, and one manual action");
  const plan = `${vault}/replicationRecoveryPlans/contoso-shop`;
  await arm.run("PUT", plan, {
    properties: {
      primaryFabricId: fabric,
      recoveryFabricId: "Microsoft Azure",
      failoverDeploymentModel: "ResourceManager",
      groups: items.map((entry, index) => ({
        groupType: "Boot",
        replicationProtectedItems: [{ id: entry.id, virtualMachineId: entry.name }],
        startGroupActions:
          index === 2
            ? [
                {
                  actionName: "Switch the load balancer",
                  failoverTypes: ["TestFailover", "PlannedFailover", "UnplannedFailover"],
                  failoverDirections: ["PrimaryToRecovery"],
                  customDetails: {
                    instanceType: "ManualActionDetails",
                    description: "Point the load balancer at the replica, then complete this action.",
                  },
                },
              ]
            : [],
        endGroupActions: [],
      })),
    },
  });
  const direction = { failoverDirection: "PrimaryToRecovery" };
  await runPlan(context, `${plan}/testFailover`, {
    properties: {
      ...direction,
      networkType: "VmNetworkAsInput",
      networkId: paths.network("contoso-test"),
      providerSpecificDetails: [{ instanceType: "HyperVReplicaAzure", recoveryPointType: "LatestProcessed" }],
    },
  });
  for (const entry of items) await expectNoLossAgainstPoint(context, entry);
  await arm.run("POST", `${plan}/testFailoverCleanup`, { properties: { comments: "The story is content." } });
  tell.expect(true, "the plan's test was cleaned up");
  await runPlan(context, `${plan}/plannedFailover`, {
    properties: { ...direction, providerSpecificDetails: [{ instanceType: "HyperVReplicaAzure" }] },
  });
  for (const entry of items) {
    const run = await lastRun(arm, entry);
    tell.expect(
      run.ordersLost === 0,
      `${entry.properties.friendlyName}: 0 orders lost (${String(run.ordersAtSource)} and ${String(run.ordersOnReplica)})`,
    );
  }
  await arm.run("POST", `${plan}/failoverCommit`);
  tell.expect(true, "the plan is committed");
}

async function runPlan({ arm, tell }: Context, path: string, body: unknown): Promise<void> {
  const job = (await arm.begin("POST", path, body)) ?? "";
  const halted = await arm.untilJobEnds(job, { stopAt: ["Suspended", "Succeeded", "Cancelled"] });
  tell.expect(halted.properties.state === "Suspended", `${halted.properties.friendlyName} halts at the manual action`);
  const refused = await arm.send("POST", `${job}/resume`, { properties: { comments: "" } }).then(
    () => null,
    (error: unknown) => error,
  );
  tell.expect(refused instanceof ArmError && refused.status === 400, "completing it without a comment is refused");
  await arm.send("POST", `${job}/resume`, { properties: { comments: "Load balancer switched." } });
  const done = await arm.untilJobEnds(job, { seconds: 240 });
  tell.expect(done.properties.state === "Succeeded", `${done.properties.friendlyName} succeeded`);
}

async function expectNoLossAgainstPoint({ arm, tell }: Context, entry: ProtectedItem): Promise<void> {
  const run = await lastRun(arm, entry);
  tell.expect(
    run.disks.every((disk) => disk.identical) && run.ordersOnReplica === run.recoveryPoint?.orders?.count,
    `${entry.properties.friendlyName}: identical disks, ${String(run.ordersOnReplica)} orders as in its point, first line after ${String(run.firstLineMs)} ms`,
  );
}

export const path = (entry: ProtectedItem) => entry.id.replace(/^\/Subscriptions/, "/subscriptions");

export async function pointsOf(arm: ArmDriver, entry: ProtectedItem): Promise<Point[]> {
  const { value } = await arm.get<List<Point>>(`${path(entry)}/recoveryPoints`);
  return [...value].sort((a, b) => b.properties.recoveryPointTime.localeCompare(a.properties.recoveryPointTime));
}

/** The newest run, once its disks are proven: of a machine that starts instantly that comes behind the start. */
export async function lastRun(arm: ArmDriver, entry: ProtectedItem): Promise<Run> {
  return arm.until(`the disks of ${entry.properties.friendlyName} to be proven`, async () => {
    const run = await newestRun(arm, entry);
    return run.disks.every((disk) => disk.restoredRoot !== null) ? run : null;
  });
}

async function newestRun(arm: ArmDriver, entry: ProtectedItem): Promise<Run> {
  const { properties } = await arm.get<{ properties: { runs: Run[] } }>(
    `${path(entry)}/providers/Secondsite.Recovery/evidence`,
  );
  const run = properties.runs[0];
  if (!run) throw new Error(`${entry.properties.friendlyName} has no evidence of a run`);
  return run;
}

function reportDisks(tell: Narrator, run: Run): void {
  for (const disk of run.disks) {
    tell.expect(
      disk.identical && disk.restoredRoot === disk.pointRoot,
      `${disk.name}: root ${shortHash(disk.pointRoot)} is the same in the vault and on the restored disk; ${megabytes(disk.bytesWritten)} written, ${megabytes(disk.bytesVerified)} read back, ${disk.seconds.toFixed(1)} s`,
    );
  }
}

function item(items: readonly ProtectedItem[], name: string): ProtectedItem {
  const found = items.find((entry) => entry.properties.friendlyName === name);
  if (!found) throw new Error(`${name} is not protected`);
  return found;
}
