import type { StepOutcome } from "@/lib/jobs/job-definition";
import { changeItem, requireItem } from "../change-protected-item";
import { deletePoints } from "../delete-recovery-points";
import { holdAgain, requireAllowed } from "../hold-protected-item";
import { commitFailback } from "./failback/commit-failback";
import type { FailoverStep } from "./failover-run";
import { sweepVault } from "../sweep-vault";
import { vaultOf } from "./replica";

export async function checkCommit(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  await holdAgain(step.services, itemId, step.job.id);
  await requireAllowed(step.services, await requireItem(step.services, itemId), "Commit", step.job.id);
  return "done";
}

/** Of a failover or a failback. The state last: until then the item can be committed again. */
export async function commit(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  const { services: context } = step;
  const item = await requireItem(context, itemId);
  if (item.activeLocation === "Primary") return commitFailback(step, item);
  const points = await context.repositories.recoveryPoints.list(item.id);
  const others = points.filter((point) => point.id !== item.failoverRecoveryPointId);
  await deletePoints(context, item, others);
  const { bytesFreed } = await sweepVault(context.vaultData, await vaultOf(context, item));
  await changeItem(context, item.id, (now) => {
    if (now.state === "PlannedFailoverCommitRequired") return { state: "PlannedFailoverStatesBegin" };
    if (now.state === "UnplannedFailoverCommitPendingStatesBegin") return { state: "UnplannedFailoverStatesBegin" };
    return null;
  });
  return { details: { pointsDeleted: others.length, bytesFreed } };
}
