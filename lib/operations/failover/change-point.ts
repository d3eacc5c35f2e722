import type { DeployedMachine, ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import { changeItem, requireItem } from "../change-protected-item";
import { holdAgain, requireAllowed } from "../hold-protected-item";
import { recordRun, runsOf } from "../run-evidence";
import { choosePoint } from "./choose-recovery-point";
import type { FailoverStep } from "./failover-run";
import { makeReplica, removeDeployed, removeReplica, replicaOf } from "./replica";
import { startReplica } from "./start-replica";

export interface ChangePointRun {
  readonly itemId: string;
  readonly recoveryPointId: string;
  /** Start before the disks are whole, and complete them behind. */
  readonly startInstantly?: boolean;
}
const KIND = "ChangeRecoveryPoint" as const;
const ALREADY_CHANGED = { skip: "The replica is made from that recovery point already." } as const;

export async function checkChangePoint(step: FailoverStep, run: ChangePointRun): Promise<StepOutcome> {
  await holdAgain(step.services, run.itemId, step.job.id);
  const item = await requireItem(step.services, run.itemId);
  if (isChanged(item, run)) return ALREADY_CHANGED;
  await requireAllowed(step.services, item, "ChangePit", step.job.id);
  const point = await pointOf(step, item, run);
  return { details: { from: item.failoverRecoveryPointId, to: point.id, cutAt: point.at } };
}

export async function makeChanged(step: FailoverStep, run: ChangePointRun): Promise<StepOutcome> {
  const item = await requireItem(step.services, run.itemId);
  if (isChanged(item, run)) return ALREADY_CHANGED;
  const old = await oldReplica(step, item);
  const point = await pointOf(step, item, run);
  const { machine, disks } = await makeReplica(step, {
    item,
    point,
    purpose: "Failover",
    kind: KIND,
    machineName: item.target.machineName,
    networkName: old?.networkName ?? item.target.networkName,
    startInstantly: run.startInstantly === true,
  });
  return { details: { machine: machine.name, disks } };
}

export async function undoMakeChanged(step: FailoverStep, run: ChangePointRun): Promise<void> {
  const item = await requireItem(step.services, run.itemId);
  if (isChanged(item, run)) return;
  await removeReplica(step.services, item, { jobId: step.job.id, machineName: item.target.machineName });
}

export async function replaceByChanged(step: FailoverStep, run: ChangePointRun): Promise<StepOutcome> {
  const { services: context } = step;
  const item = await requireItem(context, run.itemId);
  if (isChanged(item, run)) return ALREADY_CHANGED;
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

export async function undoReplaceByChanged(step: FailoverStep, run: ChangePointRun): Promise<void> {
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

export async function deleteFormer(step: FailoverStep, run: ChangePointRun): Promise<StepOutcome> {
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
