import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepOutcome } from "@/lib/jobs/job-definition";
import { changeItem, requireItem } from "../change-protected-item";
import type { OperationContext } from "../context";
import { deletePoints } from "../delete-recovery-points";
import type { FailoverStep } from "../failover/failover-run";
import { vaultOf } from "../failover/replica";
import { holdAgain, releaseItem, requireAllowed } from "../hold-protected-item";

/** The failover becomes final: the other recovery points go, and with them the way back to another point. */
export const commitFailoverJob: JobDefinition<OperationContext> = {
  scenarioName: "Commit",
  friendlyName: "Commit",
  steps: (input) => [
    {
      name: "VmCommitPrerequisitesCheck",
      friendlyName: "Prerequisites check",
      taskType: "CommitPreflightChecksTask",
      run: (step) => checkCommit(step, itemIdOf(input)),
    },
    {
      name: "VmCommit",
      friendlyName: "Commit",
      taskType: "VmCommit",
      irrevocable: true,
      run: (step) => commit(step, itemIdOf(input)),
    },
  ],
  beforeRestart: (context, job) => holdAgain(context, itemIdOf(job.input), job.id),
  settle: (context, job) => releaseItem(context, itemIdOf(job.input), job.id),
};

export async function checkCommit(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  await holdAgain(step.services, itemId, step.job.id);
  await requireAllowed(step.services, await requireItem(step.services, itemId), "Commit", step.job.id);
  return "done";
}

/** The state last: until then the item can be committed again. */
export async function commit(step: FailoverStep, itemId: string): Promise<StepOutcome> {
  const { services: context } = step;
  const item = await requireItem(context, itemId);
  const points = await context.repositories.recoveryPoints.list(item.id);
  const others = points.filter((point) => point.id !== item.failoverRecoveryPointId);
  await deletePoints(context, item, others);
  const { bytesFreed } = await context.vaultData.sweep(await vaultOf(context, item));
  await changeItem(context, item.id, (now) => {
    if (now.state === "PlannedFailoverCommitRequired") return { state: "PlannedFailoverStatesBegin" };
    if (now.state === "UnplannedFailoverCommitPendingStatesBegin") return { state: "UnplannedFailoverStatesBegin" };
    return null;
  });
  return { details: { pointsDeleted: others.length, bytesFreed } };
}

function itemIdOf(input: Job["input"]): string {
  return String(input["itemId"]);
}
