import type { ProtectionState } from "@/lib/domain/protection-state";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import { announce } from "./announce";
import { changeItem, requireItem } from "./change-protected-item";
import type { OperationContext } from "./context";
import { deletePoints } from "./delete-recovery-points";
import type { FailoverStep } from "./failover/failover-run";
import { removeDeployed, vaultOf } from "./failover/replica";
import { ensureFinalizeJob, openFinalizeJobs } from "./finalize-protection";
import { holdAgain, requireAllowed } from "./hold-protected-item";
import { sweepIfPossible } from "./sweep-vault";

/** What has to be allowed for it. */
export type EndOfProtection = "DisableProtection" | "CompleteMigration";

const stateKey = (itemId: string) => `state before:${itemId}`;

/** The host sees at its next heartbeat that the machine is not listed any more, and closes its write log. */
export async function stopReplication(
  step: FailoverStep,
  itemId: string,
  operation: EndOfProtection,
): Promise<StepOutcome> {
  const { services: context } = step;
  await holdAgain(context, itemId, step.job.id);
  const item = await requireItem(context, itemId);
  // A repeated step finds the state that it has written itself.
  if (item.state !== "DisablingProtection") await requireAllowed(context, item, operation, step.job.id);
  await step.checkpoint({ [stateKey(itemId)]: step.memory[stateKey(itemId)] ?? item.state });
  if (item.activeLocation === "Primary") {
    for (const machine of await context.repositories.deployedMachines.listByItem(itemId)) {
      await removeDeployed(context, item, machine);
    }
  }
  await changeItem(context, itemId, () => ({ state: "DisablingProtection" }));
  for (const jobId of await openFinalizeJobs(context, item)) await cancelIfPossible(context, jobId);
  return "done";
}

/** Nothing was deleted yet: replication goes on as before. */
export async function goOnReplicating(step: FailoverStep, itemId: string): Promise<void> {
  const state = step.memory[stateKey(itemId)] as ProtectionState | undefined;
  if (state === undefined) return;
  const item = await changeItem(step.services, itemId, () => ({ state }));
  await ensureFinalizeJob(step.services, item);
}

async function cancelIfPossible(context: OperationContext, jobId: string): Promise<void> {
  const job = await context.jobs.get(jobId);
  if (!job) return;
  const allowed = context.jobs.allowedActions(job, await context.jobs.steps(jobId));
  if (allowed.includes("Cancel")) await context.jobs.cancel(jobId);
}

export async function deleteReplicated(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  const { services: context } = step;
  const item = await requireItem(context, itemId);
  const points = await context.repositories.recoveryPoints.list(itemId);
  await deletePoints(context, item, points);
  const { bytesFreed } = await sweepIfPossible(step, await vaultOf(context, item));
  return { details: { pointsDeleted: points.length, bytesFreed } };
}

/** Done when a listing shows that nothing is left. */
export async function removeFromVault(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  const { protectedItems, recoveryPoints } = step.services.repositories;
  const item = await protectedItems.get(itemId);
  if (item) {
    const late = await recoveryPoints.list(itemId);
    await deletePoints(step.services, item, late);
    await protectedItems.delete(itemId);
    announce(step.services, item.vaultId, "replicationProtectedItems", item.name);
  }
  const left = [...(await recoveryPoints.list(itemId)), ...((await protectedItems.get(itemId)) ? [itemId] : [])];
  if (left.length === 0) return { details: { remainingResources: [] } };
  throw new Fault({
    code: "DisableProtectionIncomplete",
    message: `After disabling protection ${left.length} records of the machine are still there.`,
    possibleCauses: "A recovery point arrived while protection was being disabled.",
    recommendedAction: "Restart the job.",
  });
}
