import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { StepContext } from "@/lib/jobs/job-definition";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { replicateNow, siteAnswers } from "../source-machine";

/**
 * Latest: what the source has now is sent first when its site answers, then the newest point is taken. LatestProcessed: the
 * newest point that is there. (asr reference 3.3.)
 */
export type PointChoice = { readonly type: "Latest" } | StoredPointChoice;
/** Without asking the source. */
export type StoredPointChoice =
  | { readonly type: "LatestProcessed" | "LatestApplicationConsistent" | "LatestCrashConsistent" }
  | { readonly type: "Id"; readonly id: string };

/** @throws Refusal RecoveryPointNotFound */
export async function choosePoint(
  step: StepContext<OperationContext>,
  item: ProtectedItem,
  choice: PointChoice,
): Promise<RecoveryPoint> {
  const chosen = await find(step, item, choice);
  if (!chosen) throw noSuchPoint(item, choice);
  return chosen;
}

async function find(
  step: StepContext<OperationContext>,
  item: ProtectedItem,
  choice: PointChoice,
): Promise<RecoveryPoint | null> {
  if (choice.type !== "Latest") return storedPoint(step.services, item, choice);
  await sendLatest(step, item);
  return step.services.repositories.recoveryPoints.newest(item.id);
}

/** Among those that are in the vault. */
async function storedPoint(
  context: OperationContext,
  item: ProtectedItem,
  choice: StoredPointChoice,
): Promise<RecoveryPoint | null> {
  const { recoveryPoints } = context.repositories;
  switch (choice.type) {
    case "Id":
      return findPoint(context, item, choice.id);
    case "LatestApplicationConsistent":
      return newestOfKind(context, item, "ApplicationConsistent");
    case "LatestCrashConsistent":
      return newestOfKind(context, item, "CrashConsistent");
    case "LatestProcessed":
      return recoveryPoints.newest(item.id);
  }
}

export async function newestOfKind(
  context: OperationContext,
  item: ProtectedItem,
  kind: RecoveryPoint["kind"],
): Promise<RecoveryPoint | null> {
  const points = await context.repositories.recoveryPoints.list(item.id);
  return points.filter((point) => point.kind === kind).at(-1) ?? null;
}

/** Before a job is made. @throws Refusal RecoveryPointNotFound */
export async function requireStoredPoint(
  context: OperationContext,
  item: ProtectedItem,
  choice: StoredPointChoice,
): Promise<RecoveryPoint> {
  const point = await storedPoint(context, item, choice);
  if (!point) throw noSuchPoint(item, choice);
  return point;
}

/** A site that does not answer is no failure: the newest point that arrived is what there is, and the job says so. */
async function sendLatest(step: StepContext<OperationContext>, item: ProtectedItem): Promise<void> {
  try {
    if (await siteAnswers(step.services, item, step.signal)) {
      await replicateNow(step.services, item, false, step.signal);
      return;
    }
  } catch (error) {
    step.signal.throwIfAborted();
    if (!(error instanceof Fault)) throw error;
    step.warn({
      code: "LatestDataNotSent",
      message: `The latest data of ${item.machineName} could not be sent: ${error.message}`,
      possibleCauses: error.possibleCauses,
      recommendedAction: "The newest recovery point that had arrived is used. Check replication of the machine.",
    });
    return;
  }
  step.warn({
    code: "LatestDataNotSent",
    message: `The latest data of ${item.machineName} could not be sent: its site does not answer.`,
    possibleCauses: "The site or its connection is down.",
    recommendedAction: "The newest recovery point that had arrived is used.",
  });
}

export async function findPoint(
  context: OperationContext,
  item: ProtectedItem,
  id: string,
): Promise<RecoveryPoint | null> {
  const point = await context.repositories.recoveryPoints.get(id);
  return point?.protectedItemId === item.id ? point : null;
}

/** Before a job is made: a point that is named must be there. The newest is looked for when the job comes to it. */
export async function requirePoint(context: OperationContext, item: ProtectedItem, choice: PointChoice): Promise<void> {
  if (choice.type === "Latest" || choice.type === "LatestProcessed") return;
  await requireStoredPoint(context, item, choice);
}

function noSuchPoint(item: ProtectedItem, choice: PointChoice): Refusal {
  const what = {
    Id: "the recovery point that was asked for",
    LatestApplicationConsistent: "an application-consistent recovery point",
    LatestCrashConsistent: "a crash-consistent recovery point",
    Latest: "a recovery point",
    LatestProcessed: "a recovery point",
  }[choice.type];
  return new Refusal(
    "notFound",
    {
      code: "RecoveryPointNotFound",
      message: `${item.machineName} does not have ${what}.`,
      possibleCauses: "It was dropped by the retention of the policy, belongs to another machine, or was never made.",
      recommendedAction: "Choose one of the machine's recovery points, or the latest.",
    },
    "properties.providerSpecificDetails.recoveryPointId",
  );
}
