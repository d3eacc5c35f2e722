import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { pointEvidence, recordRun } from "../run-evidence";
import { replicateNow, sourceOf } from "../source-machine";
import { choosePoint, findPoint } from "./choose-recovery-point";
import { ALREADY_OVER, begunItemOf, itemOf, type FailoverRun, type FailoverStep } from "./failover-run";
import { wasStopped } from "./shut-down-source";

const pointKey = (itemId: string) => `point:${itemId}`;

/** Settles from which recovery point the replica is made; with the source shut down that is one cut after its last write. */
export async function preparePoint(step: FailoverStep, run: FailoverRun): Promise<StepOutcome> {
  const { item, isSwitched } = await begunItemOf(step, run);
  if (isSwitched) return ALREADY_OVER;
  const sent = run.kind === "PlannedFailover" || wasStopped(step, run);
  const final = sent ? await finalPoint(step, run, item) : null;
  const point = final && run.point.type !== "Id" ? final : await choosePoint(step, item, run.point);
  await step.checkpoint({ [pointKey(item.id)]: point.id });
  await recordRun(
    step.services,
    item.id,
    { jobId: step.job.id, kind: run.kind },
    {
      startedAt: step.job.startedAt ?? step.services.clock.now().toISOString(),
      recoveryPoint: pointEvidence(point),
    },
  );
  return {
    details: {
      recoveryPoint: point.id,
      cutAt: point.at,
      changedBytes: point.changedBytes,
      orders: point.orders?.count ?? null,
    },
  };
}

/** The choice is forgotten, so that a new attempt chooses again. */
export async function undoPreparePoint(step: FailoverStep, run: FailoverRun): Promise<void> {
  const { isSwitched } = await itemOf(step, run);
  if (!isSwitched) await step.checkpoint({ [pointKey(run.itemId)]: null });
}

/** The point that was settled on. @throws Fault when retention or somebody took it away meanwhile */
export async function preparedPoint(step: FailoverStep, item: ProtectedItem): Promise<RecoveryPoint> {
  const id = step.memory[pointKey(item.id)];
  const point = typeof id === "string" ? await findPoint(step.services, item, id) : null;
  if (point) return point;
  throw new Fault({
    code: "RecoveryPointGone",
    message: `The recovery point chosen for ${item.machineName} is not there any more.`,
    possibleCauses: "An earlier step of the job did not finish, or the point was deleted.",
    recommendedAction: "Start the failover again.",
  });
}

async function finalPoint(step: FailoverStep, run: FailoverRun, item: ProtectedItem): Promise<RecoveryPoint | null> {
  try {
    const { recoveryPointId } = await replicateNow(step.services, item, true, step.signal);
    const point = recoveryPointId === undefined ? null : await findPoint(step.services, item, recoveryPointId);
    if (!point) throw notRegistered(item);
    await requireLastOrders(step, item, point);
    return point;
  } catch (error) {
    step.signal.throwIfAborted();
    if (run.kind === "PlannedFailover" || !(error instanceof Fault)) throw error;
    step.warn({
      code: "LatestDataNotSent",
      message: `The latest data of ${item.machineName} could not be sent: ${error.message}`,
      possibleCauses: error.possibleCauses,
      recommendedAction: "The recovery point that had arrived is used.",
    });
    return null;
  }
}

/** The source may not have confirmed an order that its disk does not hold at the final cut. */
async function requireLastOrders(step: FailoverStep, item: ProtectedItem, point: RecoveryPoint): Promise<void> {
  const { machine } = await sourceOf(step.services, item);
  const seen = machine?.orders?.count ?? null;
  if (seen === null || (point.orders !== null && point.orders.count >= seen)) return;
  throw new Fault({
    code: "FinalPointIncomplete",
    message: `The final recovery point of ${item.machineName} holds ${point.orders?.count ?? "an unknown number of"} orders; the source had confirmed ${seen}.`,
    possibleCauses: "The source's last writes had not reached its disk when it was cut.",
    recommendedAction:
      "The failover is taken back and the source started again. Check the machine's disk, then try again.",
  });
}

function notRegistered(item: ProtectedItem): Fault {
  return new Fault({
    code: "FinalPointMissing",
    message: `The host reported the last data of ${item.machineName} as sent, but no recovery point of it is registered.`,
    possibleCauses: "The host and the vault lost their connection at the wrong moment.",
    recommendedAction: "Restart the job.",
  });
}
