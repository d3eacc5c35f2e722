import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../../context";
import { recordCapturedPoint } from "../../record-captured-point";
import { pointEvidence, recordRun } from "../../run-evidence";
import { findPoint } from "../choose-recovery-point";
import type { FailoverStep } from "../failover-run";
import { vaultOf } from "../replica";
import { ALREADY_BACK, failbackItemOf, failbackKey, requireReplica, type FailbackRun } from "./failback-run";

/** Before: while the machine in Azure runs. Final: it is off, and nothing may follow. */
export type CaptureMoment = "before" | "final";

const pointKey = (run: FailbackRun, moment: CaptureMoment) => `captured ${moment}:${run.itemId}`;

/** Stores in the vault, as a recovery point, what the machine in Azure has written since the point it was made from. */
export async function captureReplica(
  step: FailoverStep,
  run: FailbackRun,
  moment: CaptureMoment,
): Promise<StepOutcome> {
  const { services: context } = step;
  const { item, isSwitched } = await failbackItemOf(step, run);
  if (isSwitched) return ALREADY_BACK;
  const point = (await rememberedPoint(step, run, item, moment)) ?? (await capture(step, run, item, moment));
  await recordRun(
    context,
    item.id,
    { jobId: step.job.id, kind: "Failback" },
    { recoveryPoint: pointEvidence(point), ordersAtSource: point.orders?.count ?? null },
  );
  return {
    details: {
      recoveryPoint: point.id,
      cutAt: point.at,
      bytesRead: point.sourceBytesRead,
      changedBytes: point.changedBytes,
      storedBytes: point.storedBytes,
      orders: point.orders?.count ?? null,
    },
  };
}

/** A new attempt captures anew; what was captured stays a recovery point, and the next capture stores only what differs. */
export async function undoCapture(step: FailoverStep, run: FailbackRun, moment: CaptureMoment): Promise<void> {
  await step.checkpoint({ [pointKey(run, moment)]: null });
}

/** @throws Fault when the step before did not leave it */
export async function capturedPoint(
  step: FailoverStep,
  run: FailbackRun,
  item: ProtectedItem,
  moment: CaptureMoment,
): Promise<RecoveryPoint> {
  const point = await rememberedPoint(step, run, item, moment);
  if (point) return point;
  throw new Fault({
    code: "RecoveryPointGone",
    message: `The recovery point captured from ${item.machineName} in Azure is not there any more.`,
    possibleCauses: "An earlier step of the job did not finish, or the point was deleted.",
    recommendedAction: "Start the failback again.",
  });
}

/** What the replica is compared with: what it was made from, or what was captured of it last. @throws Fault BasePointGone */
export async function baseOf(context: OperationContext, item: ProtectedItem): Promise<RecoveryPoint> {
  const points = await context.repositories.recoveryPoints.list(item.id);
  const made = points.find((point) => point.id === item.failoverRecoveryPointId);
  const captured = points.findLast((point) => point.fromReplica === true && made !== undefined && point.at > made.at);
  const base = captured ?? made;
  if (base) return base;
  throw new Fault({
    code: "BasePointGone",
    message: `The recovery point from which ${item.machineName} was failed over is not in the vault any more.`,
    possibleCauses: "It was deleted, or lost with a damaged object.",
    recommendedAction:
      "Without it the difference cannot be told. Complete the migration, or protect the machine again from its site.",
  });
}

async function rememberedPoint(
  step: FailoverStep,
  run: FailbackRun,
  item: ProtectedItem,
  moment: CaptureMoment,
): Promise<RecoveryPoint | null> {
  const id = step.memory[pointKey(run, moment)];
  return typeof id === "string" ? findPoint(step.services, item, id) : null;
}

async function capture(
  step: FailoverStep,
  run: FailbackRun,
  item: ProtectedItem,
  moment: CaptureMoment,
): Promise<RecoveryPoint> {
  const { services: context } = step;
  const final = moment === "final";
  const request = {
    vault: await vaultOf(context, item),
    item,
    machine: await requireReplica(context, item),
    base: await baseOf(context, item),
    final,
  };
  const captured = await context.replicaCapture.capture(request, {
    onProgress: (done, total) => step.progress(done, total),
    signal: step.signal,
  });
  if (final) requireLastOrders(step, run, item, captured.orders?.count ?? null);
  const point = await recordCapturedPoint(context, item, request.base, captured, final);
  await step.checkpoint({ [pointKey(run, moment)]: point.id });
  return point;
}

/** The machine may not have confirmed an order in Azure that its disks do not hold now. */
function requireLastOrders(step: FailoverStep, run: FailbackRun, item: ProtectedItem, captured: number | null): void {
  const seen = step.memory[failbackKey("ordersAtStop", run)];
  if (typeof seen !== "number" || (captured !== null && captured >= seen)) return;
  throw new Fault({
    code: "FinalPointIncomplete",
    message: `The final recovery point of ${item.machineName} holds ${captured ?? "an unknown number of"} orders; the machine in Azure had confirmed ${seen}.`,
    possibleCauses: "Its last writes had not reached its disks when they were cut.",
    recommendedAction:
      "The failback is taken back and the machine in Azure started again. Check its disks, then try again.",
  });
}
