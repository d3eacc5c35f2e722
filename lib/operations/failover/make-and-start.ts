import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import { changeItem } from "../change-protected-item";
import { requireSourceStaysOff } from "../fencing/require-source-stays-off";
import { recordRun } from "../run-evidence";
import { sourceOf } from "../source-machine";
import {
  ALREADY_OVER,
  begunItemOf,
  itemOf,
  purposeOf,
  replicaName,
  type FailoverRun,
  type FailoverStep,
} from "./failover-run";
import { completeDisks } from "./complete-disks";
import { preparedPoint } from "./prepare-point";
import { makeReplica, removeReplica, replicaOf } from "./replica";
import { startReplica, type StartedReplica } from "./start-replica";
import { stoppedAt, wasStopped } from "./shut-down-source";

/** Writes and verifies the replica's disks. */
export async function makeFailoverReplica(step: FailoverStep, run: FailoverRun): Promise<StepOutcome> {
  const { item, isSwitched } = await begunItemOf(step, run);
  if (isSwitched) return ALREADY_OVER;
  const point = await preparedPoint(step, item);
  const { machine, disks } = await makeReplica(step, {
    item,
    point,
    purpose: purposeOf(run),
    kind: run.kind,
    machineName: replicaName(item, run),
    networkName: run.networkName,
    startInstantly: run.kind === "TestFailover" || run.startInstantly === true,
  });
  return { details: { machine: machine.name, disks } };
}

export async function undoMakeReplica(step: FailoverStep, run: FailoverRun): Promise<void> {
  const { item, isSwitched } = await itemOf(step, run);
  if (isSwitched) return;
  await removeReplica(step.services, item, { jobId: step.job.id, machineName: replicaName(item, run) });
}

/**
 * Starts the replica, proves it, and only then makes it the machine: until that one write everything can be taken back and
 * the source started again. (The source is off all the while, so there are never two.)
 */
export async function startFailoverReplica(step: FailoverStep, run: FailoverRun): Promise<StepOutcome> {
  const { item, isSwitched } = await begunItemOf(step, run);
  if (isSwitched) return ALREADY_OVER;
  const point = await preparedPoint(step, item);
  const machine = await replicaOf(step.services, item.id, step.job.id);
  assert(machine, "a replica is started before it was made");
  await requireFence(step, run, item);
  const started = await startReplica(step, { item, point, machine, kind: run.kind });
  const loss = await measureLoss(step, run, item, point, started);
  await recordRun(step.services, item.id, { jobId: step.job.id, kind: run.kind }, loss);
  if (run.kind === "PlannedFailover") requireNoLoss(item, loss);
  if (run.kind !== "TestFailover") await makeItTheMachine(step, run, point);
  return {
    details: {
      machine: machine.name,
      outcome: started.notBootedReason === null ? "running" : "verified, not booted",
      ...(started.notBootedReason === null ? {} : { notBootedBecause: started.notBootedReason }),
      firstLineMs: started.firstLineMs,
      ordersOnReplica: started.ordersOnReplica,
      ...loss,
    },
  };
}

/** The last look at the source before there could be two: planned stops, unplanned goes on and says so. */
async function requireFence(step: FailoverStep, run: FailoverRun, item: ProtectedItem): Promise<void> {
  const at = stoppedAt(step, run);
  if (at === null) return;
  try {
    await requireSourceStaysOff(step.services, item, at, step.signal);
  } catch (error) {
    if (run.kind === "PlannedFailover" || !(error instanceof Fault)) throw error;
    step.warn(error.explanation);
  }
}

/** Waits until the disks under the running replica are whole, proven and ordinary. */
export async function completeFailoverDisks(step: FailoverStep, run: FailoverRun): Promise<StepOutcome> {
  const machine = await replicaOf(step.services, run.itemId, step.job.id);
  if (!machine?.disks.some((disk) => disk.onDemand === true)) return { skip: "The disks were complete at the start." };
  const disks = await completeDisks(step, machine);
  return { details: { machine: machine.name, disks } };
}

interface Loss {
  readonly ordersAtSource: number | null;
  readonly ordersLost: number | null;
  readonly secondsLost: number | null;
  readonly bytesLost: number | null;
}

async function measureLoss(
  step: FailoverStep,
  run: FailoverRun,
  item: ProtectedItem,
  point: RecoveryPoint,
  started: StartedReplica,
): Promise<Loss> {
  const { provider, machine } = await sourceOf(step.services, item);
  const seen = machine?.orders?.count ?? null;
  // A test loses nothing: the source goes on.
  if (run.kind === "TestFailover") {
    return { ordersAtSource: seen, ordersLost: null, secondsLost: null, bytesLost: null };
  }
  const onReplica = started.ordersOnReplica ?? point.orders?.count ?? null;
  if (point.final) {
    const atSource = point.orders === null ? seen : Math.max(point.orders.count, seen ?? 0);
    return { ordersAtSource: atSource, ordersLost: difference(atSource, onReplica), secondsLost: 0, bytesLost: 0 };
  }
  const { sites, clock, repositories } = step.services;
  const heardNow = sites.isConnected(item.providerId) && !wasStopped(step, run);
  const lastHeard = heardNow ? clock.now().toISOString() : (provider?.lastHeartbeatAt ?? null);
  const later = (await repositories.recoveryPoints.list(item.id)).filter((other) => other.at > point.at);
  const pending = sites.progress(item.id)?.pendingBytes ?? null;
  const sentLater = later.reduce((sum, other) => sum + other.changedBytes, 0);
  // The host's last word may be older than the newest point, which counted more.
  const newestCount = Math.max(seen ?? -1, ...later.map((other) => other.orders?.count ?? -1));
  const atSource = newestCount < 0 ? null : Math.max(newestCount, point.orders?.count ?? 0);
  return {
    ordersAtSource: atSource,
    ordersLost: difference(atSource, onReplica),
    secondsLost: lastHeard === null ? null : Math.max(0, (Date.parse(lastHeard) - Date.parse(point.at)) / 1000),
    bytesLost: pending === null ? (later.length > 0 ? sentLater : null) : pending + sentLater,
  };
}

function difference(atSource: number | null, onReplica: number | null): number | null {
  return atSource === null || onReplica === null ? null : Math.max(0, atSource - onReplica);
}

function requireNoLoss(item: ProtectedItem, loss: Loss): void {
  if (loss.ordersLost === null || loss.ordersLost === 0) return;
  throw new Fault({
    code: "PlannedFailoverLostOrders",
    message: `The replica of ${item.machineName} lacks ${loss.ordersLost} of the source's ${loss.ordersAtSource ?? "?"} orders.`,
    possibleCauses: "The final data was not what the source had confirmed.",
    recommendedAction: "The failover is taken back and the source started again. Report this with the job's id.",
  });
}

async function makeItTheMachine(step: FailoverStep, run: FailoverRun, point: RecoveryPoint): Promise<void> {
  await changeItem(step.services, run.itemId, () => ({
    state:
      run.kind === "PlannedFailover" ? "PlannedFailoverCommitRequired" : "UnplannedFailoverCommitPendingStatesBegin",
    activeLocation: "Recovery",
    failoverRecoveryPointId: point.id,
    lastFailoverAt: step.services.clock.now().toISOString(),
  }));
}
