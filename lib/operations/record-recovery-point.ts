import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { ReplicationCycle } from "@/lib/domain/replication-history";
import { Fault, Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import { changeItem } from "./change-protected-item";
import type { OperationContext } from "./context";
import { vaultOf } from "./failover/replica";
import { ensureFinalizeJob } from "./finalize-protection";
import { recordEvent } from "./record-event";
import { recordCycle } from "./record-replication-cycle";
import { endResynchronization, type ResynchronizationFigures } from "./resynchronization/end-resynchronization";
import { applyRetention } from "./space/apply-retention";
import { requireProvider } from "./record-heartbeat";

export type RecoveryPointInput = Omit<RecoveryPoint, "id"> & {
  /** Null for a point of an earlier life of the agent, registered belatedly. */
  readonly cycle?: Pick<ReplicationCycle, "durationMs" | "missedIntervals" | "writeLogBytes"> | null;
  /** Set on the point that ends a resynchronization. */
  readonly resynchronization?: ResynchronizationFigures | null | undefined;
};

/**
 * A host has stored a point. Repeatable by the object's name: hosts say it again when they did not hear the answer.
 * The first point lets protection be finalized; each lets the policy's retention drop what it no longer wants.
 */
export async function recordRecoveryPoint(
  context: OperationContext,
  providerId: string,
  input: RecoveryPointInput,
): Promise<{ readonly recoveryPointId: string }> {
  const provider = await requireProvider(context, providerId);
  const item = await context.repositories.protectedItems.get(input.protectedItemId);
  if (!item || item.providerId !== providerId || item.state === "DisablingProtection") {
    await deleteUnwanted(context, provider.vaultId, input, item);
    throw notProtected();
  }
  const { cycle = null, resynchronization = null, ...cut } = input;
  const before = await context.repositories.recoveryPoints.newest(item.id);
  const id = context.random.uuid();
  const point = await context.repositories.recoveryPoints.insert({ ...cut, id });
  if (cycle) await recordCycle(context, point, before, cycle);
  if (point.id === id) await tellOfQuiesce(context, item, point);
  if (resynchronization) await endResynchronization(context, point, resynchronization);
  const healed = await changeItem(context, item.id, recovered);
  announce(context, item.vaultId, "recoveryPoints", item.name);
  if (healed.heldByJobId === null) {
    await ensureFinalizeJob(context, healed);
    await retain(context, healed);
  }
  return { recoveryPointId: point.id };
}

/** Where nothing can be asked to come to rest, that is no event: the point says it. */
async function tellOfQuiesce(context: OperationContext, item: ProtectedItem, point: RecoveryPoint): Promise<void> {
  const problem = point.quiesceProblem;
  if (problem === null || problem.code === "QuiesceNotAvailable") return;
  const outcome =
    point.kind === "CrashConsistent"
      ? "The recovery point was made crash-consistent instead."
      : "The recovery point is application-consistent all the same.";
  await recordEvent(context, {
    vaultId: item.vaultId,
    type: "VmHealth",
    severity: "Warning",
    description: `${problem.message} ${outcome}`,
    affectedObject: item.machineName,
    jobId: null,
  });
}

/** A point that arrives is the proof that replication works: after a failover or a reverse replication that came to nothing too. */
function recovered(item: ProtectedItem) {
  const failed =
    item.activeLocation === "Primary" &&
    (item.state === "PlannedFailoverFailed" ||
      item.state === "UnplannedFailoverCompletionFailed" ||
      item.state === "ReprotectInitiated");
  const heals = failed && item.heldByJobId === null;
  if (!heals && item.replicationError === null) return null;
  return { replicationError: null, ...(heals ? { state: "Protected" as const } : {}) };
}

async function retain(context: OperationContext, item: ProtectedItem): Promise<void> {
  try {
    await applyRetention(context, item);
  } catch (error) {
    // The host's point is safe and must not be sent again because an old one could not be deleted.
    if (!(error instanceof Fault)) throw error;
    await recordEvent(context, {
      vaultId: item.vaultId,
      type: "VmHealth",
      severity: "Warning",
      description: `Old recovery points of ${item.machineName} could not be deleted: ${error.message}`,
      affectedObject: item.machineName,
      jobId: null,
    });
  }
}

/** Nobody would ever delete the object of a point that has no row. One that has a row belongs to another item. */
async function deleteUnwanted(
  context: OperationContext,
  vaultId: string,
  input: RecoveryPointInput,
  item: ProtectedItem | null,
): Promise<void> {
  const known = item ? await context.repositories.recoveryPoints.list(item.id) : [];
  if (known.some((point) => point.objectName === input.objectName)) return;
  await context.vaultData.deletePoint(await vaultOf(context, { vaultId }), input.objectName);
}

function notProtected(): Refusal {
  return new Refusal("notFound", {
    code: "NotProtectedHere",
    message: "The machine of this recovery point is not protected through this host.",
    possibleCauses: "Its protection was disabled while the point was being sent.",
    recommendedAction: "Nothing: the host stops replicating the machine at its next heartbeat.",
  });
}
