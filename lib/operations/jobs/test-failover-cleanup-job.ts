import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { removeTest, settleCleanup, verifyTestGone, type CleanupRun } from "../failover/clean-up-steps";
import { holdAgain } from "../hold-protected-item";
import { planCleanupSteps, settlePlanCleanup } from "../recovery-plans/plan-items-steps";
import { isPlanInput, planItemsRunOf } from "../recovery-plans/plan-run";
import { holdPlanAgain } from "../recovery-plans/settle-plan";

/** Of one test, or of all tests of a recovery plan. */
export const testFailoverCleanupJob: JobDefinition<OperationContext> = {
  scenarioName: "TestFailoverCleanup",
  friendlyName: "Test failover cleanup",
  steps: (input) => (isPlanInput(input) ? planCleanupSteps(planItemsRunOf(input)) : cleanupSteps(runOf(input))),
  async beforeRestart(context, job) {
    if (!isPlanInput(job.input)) return holdAgain(context, runOf(job.input).itemId, job.id);
    const run = planItemsRunOf(job.input);
    return holdPlanAgain(
      context,
      job,
      run,
      run.machines.map((machine) => machine.itemId),
    );
  },
  settle: (context, job, outcome) =>
    isPlanInput(job.input)
      ? settlePlanCleanup(context, job, planItemsRunOf(job.input))
      : settleCleanup(context, job, outcome.state === "Succeeded", runOf(job.input)),
};

/** Never undone: what a test made is on its way out. */
function cleanupSteps(run: CleanupRun): readonly StepDefinition<OperationContext>[] {
  return [
    {
      name: "TfoCleanupDeleteVm",
      friendlyName: "Stop and delete the test virtual machine and its disks",
      taskType: "TestFailoverCleanupTask",
      irrevocable: true,
      run: (step) => removeTest(step, run),
    },
    {
      name: "TfoCleanupVerify",
      friendlyName: "Verify that nothing is left",
      taskType: "TestFailoverCleanupVerifyTask",
      run: (step) => verifyTestGone(step, run),
    },
  ];
}

function runOf(input: Job["input"]): CleanupRun {
  return input as unknown as CleanupRun;
}
