import type { DeployedMachine, ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepOutcome } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import { changeItem, requireItem } from "../change-protected-item";
import type { OperationContext } from "../context";
import { choosePoint } from "../failover/choose-recovery-point";
import type { FailoverStep } from "../failover/failover-run";
import { makeReplica, removeDeployed, removeReplica, replicaOf } from "../failover/replica";
import { startReplica } from "../failover/start-replica";
import { holdAgain, releaseItem, requireAllowed } from "../hold-protected-item";
import { recordRun, runsOf } from "../run-evidence";

export interface ChangePointRun {
  readonly itemId: string;
  readonly recoveryPointId: string;
}
const KIND = "ChangeRecoveryPoint" as const;

/**
 * The new replica is written and proven beside the old one, which runs on; then the old one stops, the new one starts, and
 * only when it has proven itself the old one goes. A failure on the way starts the old one again.
 */
export const changeRecoveryPointJob: JobDefinition<OperationContext> = {
  scenarioName: "ChangePit",
  friendlyName: "Change recovery point",
  steps: (input) => {
    const run = runOf(input);
    return [
      {
        name: "VmChangePitPrerequisitesCheck",
        friendlyName: "Prerequisites check",
        taskType: "ChangePitPreflightChecksTask",
        run: (step) => check(step, run),
        undo: async () => {},
      },
      {
        name: "VmChangePit",
        friendlyName: "Create and verify the disks of the other recovery point",
        taskType: "ChangePitTask",
        run: (step) => make(step, run),
        undo: (step) => undoMake(step, run),
      },
      {
        name: "VmChangePitStartVm",
        friendlyName: "Replace and start the replica virtual machine",
        taskType: "StartVmOnSecondary",
        run: (step) => replace(step, run),
        undo: (step) => startOldAgain(step, run),
      },
      {
        name: "VmChangePitCleanup",
        friendlyName: "Delete the former replica",
        taskType: "ChangePitCleanupTask",
        irrevocable: true,
        run: (step) => deleteOld(step, run),
      },
    ];
  },
  beforeRestart: (context, job) => holdAgain(context, runOf(job.input).itemId, job.id),
  settle: (context, job) => releaseItem(context, runOf(job.input).itemId, job.id),
};

async function check(step: FailoverStep, run: ChangePointRun): Promise<StepOutcome> {
  await holdAgain(step.services, run.itemId, step.job.id);
  const item = await requireItem(step.services, run.itemId);
  await requireAllowed(step.services, item, "ChangePit", step.job.id);
  const point = await pointOf(step, item, run);
  return { details: { from: item.failoverRecoveryPointId, to: point.id, cutAt: point.at } };
}

async function make(step: FailoverStep, run: ChangePointRun): Promise<StepOutcome> {
  const item = await requireItem(step.services, run.itemId);
  const old = await oldReplica(step, item);
  const point = await pointOf(step, item, run);
  const { machine, disks } = await makeReplica(step, {
    item,
    point,
    purpose: "Failover",
    kind: KIND,
    machineName: item.target.machineName,
    networkName: old?.networkName ?? item.target.networkName,
  });
  return { details: { machine: machine.name, disks } };
}

async function undoMake(step: FailoverStep, run: ChangePointRun): Promise<void> {
  const item = await requireItem(step.services, run.itemId);
  if (isChanged(item, run)) return;
  await removeReplica(step.services, item, { jobId: step.job.id, machineName: item.target.machineName });
}

async function replace(step: FailoverStep, run: ChangePointRun): Promise<StepOutcome> {
  const { services: context } = step;
  const item = await requireItem(context, run.itemId);
  if (isChanged(item, run)) return "done";
  const machine = await replicaOf(context, item.id, step.job.id);
  assert(machine, "a replica is started before it was made");
  const old = await oldReplica(step, item);
  if (old) {
    // The region does not know a machine that was verified and never booted.
    if ((await context.region.get(old.id)) !== null) await context.region.stop(old.id);
    await context.repositories.deployedMachines.update(old.id, { state: "Stopped" });
  }
  const point = await pointOf(step, item, run);
  const started = await startReplica(step, { item, point, machine, kind: KIND });
  const loss = lossAgainst(item, point, started.ordersOnReplica ?? point.orders?.count ?? null);
  await recordRun(context, item.id, { jobId: step.job.id, kind: KIND }, loss);
  await changeItem(context, item.id, () => ({ failoverRecoveryPointId: point.id }));
  return { details: { firstLineMs: started.firstLineMs, ordersOnReplica: started.ordersOnReplica, ...loss } };
}

/** Against what the source had when the failover happened, which the failover wrote down. */
function lossAgainst(item: ProtectedItem, point: RecoveryPoint, onReplica: number | null) {
  const failover = runsOf(item).find((run) => run.kind === "UnplannedFailover" || run.kind === "PlannedFailover");
  const atSource = failover?.ordersAtSource ?? null;
  const lostUntil =
    failover?.recoveryPoint && failover.secondsLost !== null
      ? Date.parse(failover.recoveryPoint.at) + failover.secondsLost * 1000
      : null;
  return {
    ordersAtSource: atSource,
    ordersLost: atSource === null || onReplica === null ? null : Math.max(0, atSource - onReplica),
    secondsLost: lostUntil === null ? null : Math.max(0, (lostUntil - Date.parse(point.at)) / 1000),
  };
}

async function startOldAgain(step: FailoverStep, run: ChangePointRun): Promise<void> {
  const { services: context } = step;
  const item = await requireItem(context, run.itemId);
  if (isChanged(item, run)) return;
  const fresh = await replicaOf(context, item.id, step.job.id);
  if (fresh) await context.region.remove(fresh.id);
  const old = await oldReplica(step, item);
  const point = old && (await context.repositories.recoveryPoints.get(old.recoveryPointId));
  if (!old || !point || old.state !== "Stopped") return;
  // The guest has gone on since its point was cut: it need only run again, not have the point's number of orders.
  await startReplica(step, { item, point: { ...point, orders: null }, machine: old, kind: KIND });
}

async function deleteOld(step: FailoverStep, run: ChangePointRun): Promise<StepOutcome> {
  const item = await requireItem(step.services, run.itemId);
  const old = await oldReplica(step, item);
  if (old) await removeDeployed(step.services, item, old);
  return { details: { removed: old?.name ?? null } };
}

async function oldReplica(step: FailoverStep, item: ProtectedItem): Promise<DeployedMachine | null> {
  const machines = await step.services.repositories.deployedMachines.listByItem(item.id);
  return machines.find((machine) => machine.purpose === "Failover" && machine.jobId !== step.job.id) ?? null;
}

function isChanged(item: ProtectedItem, run: ChangePointRun): boolean {
  return item.failoverRecoveryPointId === run.recoveryPointId;
}

function pointOf(step: FailoverStep, item: ProtectedItem, run: ChangePointRun): Promise<RecoveryPoint> {
  return choosePoint(step, item, { type: "Id", id: run.recoveryPointId });
}

function runOf(input: Job["input"]): ChangePointRun {
  return input as unknown as ChangePointRun;
}
