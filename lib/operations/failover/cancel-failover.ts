import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { changeItem, requireItem } from "../change-protected-item";
import { holdAgain, requireAllowed } from "../hold-protected-item";
import { recordRemoval, recordRun } from "../run-evidence";
import { siteAnswers, sourceOf, stopSource } from "../source-machine";
import { requireReplica } from "./failback/failback-run";
import { stopDeployed } from "./failback/stop-replica";
import type { FailoverStep } from "./failover-run";
import { ordersOnReplicaOnly } from "./orders-on-replica";
import { remainsOf, removeDeployed } from "./replica";
import { runReplicaAgain } from "./run-replica-again";
import { runSource } from "./run-source";

export interface CancelRun {
  readonly itemId: string;
}

const stoppedKey = (run: CancelRun) => `cancel stopped:${run.itemId}`;
const startedKey = (run: CancelRun) => `cancel started:${run.itemId}`;
const machineKey = (run: CancelRun) => `cancel machine:${run.itemId}`;
const ALREADY_CANCELLED = { skip: "The failover is cancelled already." } as const;

/** Before anything is touched: it is allowed, and the site that is to take over again answers. Says what will be lost. */
export async function checkCancel(step: FailoverStep, run: CancelRun): Promise<StepOutcome> {
  const { services: context } = step;
  const item = await requireItem(context, run.itemId);
  await holdAgain(context, item.id, step.job.id);
  if (isCancelled(item)) return ALREADY_CANCELLED;
  await requireAllowed(context, item, "CancelFailover", step.job.id);
  if (!(await siteAnswers(context, item, step.signal))) throw siteSilent(item);
  const machine = await requireReplica(context, item);
  const orders = await ordersOnReplicaOnly(context, item, machine);
  await recordRun(
    context,
    item.id,
    { jobId: step.job.id, kind: "CancelFailover" },
    {
      startedAt: step.job.startedAt ?? context.clock.now().toISOString(),
      machineId: machine.id,
      machineName: machine.name,
      ordersOnReplica: orders.onReplica,
      ordersLost: orders.onReplicaOnly,
    },
  );
  return { details: { machine: machine.name, ordersOnReplica: orders.onReplica, ordersLost: orders.onReplicaOnly } };
}

/** Counted once more when the replica is off: it took orders until then. */
export async function stopCancelled(step: FailoverStep, run: CancelRun): Promise<StepOutcome> {
  const { services: context } = step;
  const item = await requireItem(context, run.itemId);
  if (isCancelled(item)) return ALREADY_CANCELLED;
  const machine = await requireReplica(context, item);
  const orders = await ordersOnReplicaOnly(context, item, machine);
  await step.checkpoint({ [stoppedKey(run)]: machine.state === "Running" });
  await stopDeployed(context, item, machine);
  if (orders.onReplicaOnly !== null) {
    const lost = { ordersOnReplica: orders.onReplica, ordersLost: orders.onReplicaOnly };
    await recordRun(context, item.id, { jobId: step.job.id, kind: "CancelFailover" }, lost);
  }
  return { details: { machine: machine.name, power: "off", ordersLost: orders.onReplicaOnly } };
}

export async function undoStopCancelled(step: FailoverStep, run: CancelRun): Promise<void> {
  const item = await requireItem(step.services, run.itemId);
  if (isCancelled(item) || step.memory[stoppedKey(run)] !== true) return;
  if (step.memory[startedKey(run)] === true) throw sourceMayRun(item);
  await runReplicaAgain(step, item, await requireReplica(step.services, item));
  await step.checkpoint({ [stoppedKey(run)]: false });
}

/** The replica is off: the source is started, unless it never stopped, and becomes the machine when it has shown life. */
export async function startCancelled(step: FailoverStep, run: CancelRun): Promise<StepOutcome> {
  const { services: context } = step;
  const item = await requireItem(context, run.itemId);
  if (isCancelled(item)) return ALREADY_CANCELLED;
  const { machine: source } = await sourceOf(context, item);
  const isBootable = source?.bootable !== false;
  const isRunning = source?.power === "running" && step.memory[startedKey(run)] !== true;
  if (isBootable && !isRunning) await step.checkpoint({ [startedKey(run)]: true });
  const signs = isBootable && !isRunning ? await runSource(step, item) : null;
  const replica = await requireReplica(context, item);
  await step.checkpoint({ [machineKey(run)]: replica });
  await recordRun(
    context,
    item.id,
    { jobId: step.job.id, kind: "CancelFailover" },
    { firstLineMs: signs?.firstLineMs ?? null, ordersAtSource: signs?.orders ?? null },
  );
  await changeItem(context, item.id, () => ({
    state: "Protected",
    activeLocation: "Primary",
    failoverRecoveryPointId: null,
  }));
  return { details: { firstLineMs: signs?.firstLineMs ?? null, ordersAtSource: signs?.orders ?? null } };
}

/** Off again when this job started it; then its replica may run. */
export async function undoStartCancelled(step: FailoverStep, run: CancelRun): Promise<void> {
  const item = await requireItem(step.services, run.itemId);
  if (isCancelled(item) || step.memory[startedKey(run)] !== true) return;
  await stopSource(step.services, item, step.signal);
  await step.checkpoint({ [startedKey(run)]: false });
}

/** The replica and its disks go, which a look must prove. */
export async function removeCancelled(step: FailoverStep, run: CancelRun): Promise<StepOutcome> {
  const { services: context } = step;
  const item = await requireItem(context, run.itemId);
  const machines = await context.repositories.deployedMachines.listByItem(item.id);
  for (const machine of machines) if (machine.purpose === "Failover") await removeDeployed(context, item, machine);
  const made = step.memory[machineKey(run)] as DeployedMachine | undefined;
  const remaining = made ? await remainsOf(context, made) : [];
  if (made) await recordRemoval(context, item.id, [made.id], remaining);
  return { details: { removed: made?.name ?? null, remainingResources: remaining } };
}

const isCancelled = (item: ProtectedItem) => item.activeLocation === "Primary";

function siteSilent(item: ProtectedItem): Fault {
  return new Fault({
    code: "SiteNotConnected",
    message: `The failover of ${item.machineName} cannot be cancelled: its site does not answer, so the machine cannot be started there.`,
    possibleCauses: "The host, its agent or the connection is down.",
    recommendedAction: "Bring the site back and restart the job. Until then the machine in Azure is all there is.",
  });
}

function sourceMayRun(item: ProtectedItem): Fault {
  return new Fault({
    code: "SourceMayRun",
    message: `The machine in Azure was not started again, because it is not certain that ${item.machineName} is off at its site.`,
    possibleCauses: "The site did not answer while the cancellation was taken back.",
    recommendedAction: "Restart the job, or shut the machine down at its host by hand.",
  });
}
