import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { checkCommit, commit } from "../failover/commit";
import { holdAgain, releaseItem } from "../hold-protected-item";
import { planCommitSteps, settlePlanCommit } from "../recovery-plans/plan-items-steps";
import { isPlanInput, planItemsRunOf } from "../recovery-plans/plan-run";
import { holdPlanAgain } from "../recovery-plans/settle-plan";

/** The failover becomes final: the other recovery points go, and with them the way back to another point. */
export const commitFailoverJob: JobDefinition<OperationContext> = {
  scenarioName: "Commit",
  friendlyName: "Commit",
  steps: (input) => (isPlanInput(input) ? planCommitSteps(planItemsRunOf(input)) : commitSteps(itemIdOf(input))),
  async beforeRestart(context, job) {
    if (!isPlanInput(job.input)) return holdAgain(context, itemIdOf(job.input), job.id);
    const run = planItemsRunOf(job.input);
    return holdPlanAgain(
      context,
      job,
      run,
      run.machines.map((machine) => machine.itemId),
    );
  },
  settle: (context, job) =>
    isPlanInput(job.input)
      ? settlePlanCommit(context, job, planItemsRunOf(job.input))
      : releaseItem(context, itemIdOf(job.input), job.id),
};

function commitSteps(itemId: string): readonly StepDefinition<OperationContext>[] {
  return [
    {
      name: "VmCommitPrerequisitesCheck",
      friendlyName: "Prerequisites check",
      taskType: "CommitPreflightChecksTask",
      run: (step) => checkCommit(step, itemId),
    },
    {
      name: "VmCommit",
      friendlyName: "Commit",
      taskType: "VmCommit",
      irrevocable: true,
      run: (step) => commit(step, itemId),
    },
  ];
}

function itemIdOf(input: Job["input"]): string {
  return String(input["itemId"]);
}
