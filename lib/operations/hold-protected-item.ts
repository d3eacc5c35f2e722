import { clockTime } from "@/lib/domain/clock-time";
import type { ProtectedItem } from "@/lib/domain/entities";
import { explainNotAllowed, type ProtectedItemOperation, type Standing } from "@/lib/domain/protection-state";
import { providerOf } from "@/lib/domain/replication-provider";
import type { Job } from "@/lib/jobs/job";
import { hasEnded } from "@/lib/jobs/job-states";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import { requireItem } from "./change-protected-item";
import type { OperationContext } from "./context";
import { runsOf } from "./run-evidence";

/** The job that really holds the item: one that is gone or has ended holds nothing, whatever the row says. */
export async function holderOf(
  context: OperationContext,
  item: Pick<ProtectedItem, "heldByJobId">,
): Promise<Job | null> {
  if (item.heldByJobId === null) return null;
  const job = await context.jobs.get(item.heldByJobId);
  return job === null || hasEnded(job.state) ? null : job;
}

/** What the state table needs to know of the item now. `exceptJobId`: a hold of this job is no obstacle. */
export async function standingOf(
  context: OperationContext,
  item: ProtectedItem,
  exceptJobId: string | null = null,
): Promise<Standing> {
  const holder = item.heldByJobId === exceptJobId ? null : await holderOf(context, item);
  const [points, fabric] = await Promise.all([
    context.repositories.recoveryPoints.list(item.id),
    context.repositories.fabrics.get(item.fabricId),
  ]);
  const test = runsOf(item).find((run) => run.kind === "TestFailover" && run.cleanup === null);
  return {
    provider: providerOf(fabric?.kind ?? "HyperVSite"),
    state: item.state,
    activeLocation: item.activeLocation,
    testFailoverState: item.testFailoverState,
    holder: holder === null ? null : { friendlyName: holder.friendlyName, startedAt: holder.createdAt },
    testStartedAt: test?.startedAt ?? null,
    hasRecoveryPoint: points.length > 0,
    hasOtherRecoveryPoint: points.some((point) => point.id !== item.failoverRecoveryPointId),
  };
}

/** @throws Refusal `<Operation>NotAllowed` naming cause and cure */
export async function requireAllowed(
  context: OperationContext,
  item: ProtectedItem,
  operation: ProtectedItemOperation,
  jobId: string | null = null,
): Promise<void> {
  const problem = explainNotAllowed(operation, await standingOf(context, item, jobId), item.machineName);
  if (problem) throw new Refusal("notAllowed", problem, item.name);
}

/**
 * Marks the item as this job's, then asks the table once more: nobody can have come in between.
 * @throws Refusal `<Operation>NotAllowed`; the item is then as free as before
 */
export async function holdItem(
  context: OperationContext,
  itemId: string,
  jobId: string,
  operation: ProtectedItemOperation,
): Promise<void> {
  const { protectedItems } = context.repositories;
  const before = await requireItem(context, itemId);
  if (!(await protectedItems.hold(itemId, jobId))) {
    await requireAllowed(context, before, operation, jobId);
    // Whoever holds it has ended, or died before its job was written: the hold is nobody's.
    if (before.heldByJobId !== null) await protectedItems.release(itemId, before.heldByJobId);
    if (!(await protectedItems.hold(itemId, jobId))) {
      await requireAllowed(context, await requireItem(context, itemId), operation, jobId);
      throw busy(before);
    }
  }
  try {
    await requireAllowed(context, await requireItem(context, itemId), operation, jobId);
  } catch (error) {
    await protectedItems.release(itemId, jobId);
    throw error;
  }
}

/** Holds again what an ended job had let go. @throws Refusal when another job works on it now */
export async function holdAgain(context: OperationContext, itemId: string, jobId: string): Promise<void> {
  const item = await requireItem(context, itemId);
  if (item.heldByJobId === jobId) return;
  const holder = await holderOf(context, item);
  if (holder !== null && holder.id !== jobId) throw busy(item, holder);
  if (item.heldByJobId !== null) await context.repositories.protectedItems.release(itemId, item.heldByJobId);
  if (!(await context.repositories.protectedItems.hold(itemId, jobId))) throw busy(item);
}

export async function releaseItem(context: OperationContext, itemId: string, jobId: string): Promise<void> {
  await context.repositories.protectedItems.release(itemId, jobId);
  const item = await context.repositories.protectedItems.get(itemId);
  if (item) announce(context, item.vaultId, "replicationProtectedItems", item.name);
}

function busy(item: ProtectedItem, holder?: Job): Refusal {
  const who = holder
    ? `the job '${holder.friendlyName}', started at ${clockTime(holder.createdAt)}, works on it`
    : "a job works on it";
  return new Refusal(
    "conflict",
    {
      code: "ProtectedItemBusy",
      message: `${item.machineName} is busy: ${who}.`,
      possibleCauses: "Another operation on the same machine was started at the same time.",
      recommendedAction: "Wait for that job to end, or cancel it under Jobs.",
    },
    item.name,
  );
}
