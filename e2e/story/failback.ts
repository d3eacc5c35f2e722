import { ArmDriver, ArmError, paths } from "@/lib/testing/drive/arm-driver";
import { Narrator, kilobytes, megabytes } from "./narrator";
import {
  createVault,
  lastRun,
  path,
  pointsOf,
  prepareProtection,
  protectMachines,
  registerSite,
  type Context,
  type ProtectedItem,
  type Run,
} from "./site-to-azure";

interface FailbackRun extends Run {
  readonly failback: {
    readonly synchronizations: readonly {
      readonly moment: string;
      readonly bytesReceived: number;
      readonly bytesSaved: number;
      readonly bytesCaptured: number;
    }[];
  } | null;
}

const MACHINE = "CONTOSO-INTRANET";
const planned = (entry: ProtectedItem) => `${path(entry)}/plannedFailover`;

/** The chapter alone, in a portal of its own. */
export async function tellTheFailback(origin: string): Promise<void> {
  const context: Context = { arm: new ArmDriver(origin), tell: new Narrator() };
  await createVault(context);
  await registerSite(context);
  const items = await protectMachines(context, await prepareProtection(context));
  const entry = items.find(({ properties }) => properties.friendlyName === MACHINE);
  if (!entry) throw new Error(`${MACHINE} is not protected`);
  await failOver(context, entry);
  await fullCircle(context, entry);
}

async function failOver({ arm, tell }: Context, entry: ProtectedItem): Promise<void> {
  tell.chapter(`Planned failover of ${entry.properties.friendlyName}`);
  await arm.run("POST", planned(entry), {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      providerSpecificDetails: { instanceType: "HyperVReplicaAzure" },
    },
  });
  const run = await lastRun(arm, entry);
  tell.expect(run.ordersLost === 0, `0 orders lost: ${String(run.ordersOnReplica)} on the replica`);
  await arm.run("POST", `${path(entry)}/failoverCommit`);
}

/** From Azure, where the machine has failed over and is committed, back to its site and protected again. */
export async function fullCircle(context: Context, entry: ProtectedItem): Promise<void> {
  const { arm, tell } = context;
  tell.chapter(`${entry.properties.friendlyName} works in Azure, is failed back, and is protected again`);
  const before = await lastRun(arm, entry);
  const replica = before.machineId ?? "";
  const atFailover = before.ordersOnReplica ?? 0;
  await arm.until("orders taken in Azure", async () => ((await orders(arm, replica)) >= atFailover + 5 ? true : null));
  tell.say(`taken in Azure: orders ${String(atFailover + 1)} to ${String(await orders(arm, replica))} and on`);
  const job = await synchronizeBefore(context, entry, replica);
  await arm.send("POST", `${job}/resume`, { properties: { comments: "The story is ready." } });
  await arm.untilJobEnds(job);
  const run = (await lastRun(arm, entry)) as FailbackRun;
  expectNothingLost(context, run);
  await expectAtSite(context, entry, run);
  await arm.run("POST", `${path(entry)}/failoverCommit`);
  const { value } = await arm.get<{ value: { properties: { machineId: string } }[] }>(paths.virtualMachines);
  tell.expect(
    !value.some(({ properties }) => properties.machineId === replica),
    "committed: nothing of it is left in Azure",
  );
  await protectAgain(context, entry, run);
}

/** Phase 1: most of the data comes while the machine in Azure runs; then the job waits for a person. */
async function synchronizeBefore({ arm, tell }: Context, entry: ProtectedItem, replica: string): Promise<string> {
  const job = await arm.begin("POST", planned(entry), {
    properties: {
      failoverDirection: "RecoveryToPrimary",
      providerSpecificDetails: {
        instanceType: "HyperVReplicaAzureFailback",
        dataSyncOption: "ForDownTime",
        recoveryVmCreationOption: "NoAction",
      },
    },
  });
  if (job === null) throw new Error("the failback has no job");
  const waiting = await arm.untilJobEnds(job, { stopAt: ["Suspended"] });
  tell.expect(waiting.properties.state === "Suspended", "data synchronized; the job waits for Complete failover");
  const seen = await orders(arm, replica);
  await arm.until("the machine in Azure to take orders", async () =>
    (await orders(arm, replica)) > seen ? true : null,
  );
  tell.expect(true, "the machine in Azure takes orders all the while");
  const refused = await arm.send("POST", `${path(entry)}/failoverCommit`).then(
    () => null,
    (error: unknown) => error,
  );
  tell.expect(refused instanceof ArmError && refused.status === 409, "meanwhile nothing else is possible (409)");
  return job;
}

function expectNothingLost({ tell }: Context, run: FailbackRun): void {
  for (const disk of run.disks) {
    tell.expect(
      disk.identical && disk.restoredRoot === disk.pointRoot,
      `${disk.name}: equal to what ran in Azure, by hash`,
    );
  }
  tell.expect(
    run.ordersLost === 0 && run.ordersOnReplica === run.ordersAtSource,
    `${String(run.ordersAtSource)} orders in Azure at its end, ${String(run.ordersOnReplica)} found on-premises: none lost`,
  );
  for (const one of run.failback?.synchronizations ?? []) {
    tell.expect(
      one.bytesReceived < one.bytesSaved,
      `${one.moment}: ${kilobytes(one.bytesReceived)} travelled, ${megabytes(one.bytesSaved)} were there already`,
    );
  }
}

async function expectAtSite({ arm, tell }: Context, entry: ProtectedItem, run: FailbackRun): Promise<void> {
  const back = run.ordersOnReplica ?? 0;
  await arm.until("orders at the site", async () => ((await orders(arm, entry.name)) > back ? true : null));
  const { properties } = await arm.get<ProtectedItem>(path(entry));
  tell.expect(properties.activeLocation === "Primary", `it runs at its site and takes orders after ${String(back)}`);
}

async function protectAgain({ arm, tell }: Context, entry: ProtectedItem, run: FailbackRun): Promise<void> {
  const points = (await pointsOf(arm, entry)).length;
  await arm.run("POST", `${path(entry)}/reProtect`, {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      providerSpecificDetails: { instanceType: "HyperVReplicaAzure" },
    },
  });
  const { properties } = await arm.get<ProtectedItem>(path(entry));
  tell.expect(properties.protectionState === "Protected", "reverse replication: it is Protected again");
  const [newest] = await pointsOf(arm, entry);
  const { properties: point } = await arm.get<{
    properties: {
      providerSpecificDetails: { orders: { count: number } | null; changedBytes: number; sourceBytesRead: number };
    };
  }>(`${path(entry)}/recoveryPoints/${newest?.name ?? ""}`);
  const { orders: held, changedBytes } = point.providerSpecificDetails;
  tell.expect(
    (await pointsOf(arm, entry)).length > points,
    `a new recovery point: only ${megabytes(changedBytes)} had changed`,
  );
  tell.expect(
    (held?.count ?? 0) >= (run.ordersOnReplica ?? Infinity),
    `it holds ${String(held?.count)} orders: every one of before, of Azure, and of since`,
  );
  const source = await arm.get<{ orders: { verdict?: string } | null }>(`${paths.ours}/consoles/${entry.name}`);
  tell.expect(source.orders?.verdict === "ok", "and the guest's own check of its ledger says so");
}

async function orders(arm: ArmDriver, machineId: string): Promise<number> {
  const view = await arm.get<{ orders: { count: number } | null }>(`${paths.ours}/consoles/${machineId}`);
  return view.orders?.count ?? 0;
}
