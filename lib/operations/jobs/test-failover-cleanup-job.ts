import type { DeployedMachine } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepDefinition, StepOutcome } from "@/lib/jobs/job-definition";
import { requireItem } from "../change-protected-item";
import type { OperationContext } from "../context";
import { markTest, proveCleanup, removeTestMachines, testMachinesOf } from "../failover/clean-up-test";
import type { FailoverStep } from "../failover/failover-run";
import { holdAgain, releaseItem } from "../hold-protected-item";

export interface CleanupRun {
  readonly itemId: string;
  readonly notes: string;
}
type Step = StepDefinition<OperationContext>;

export const testFailoverCleanupJob: JobDefinition<OperationContext> = {
  scenarioName: "TestFailoverCleanup",
  friendlyName: "Test failover cleanup",
  steps: (input) => cleanupSteps(runOf(input)),
  beforeRestart: (context, job) => holdAgain(context, runOf(job.input).itemId, job.id),
  settle: (context, job, outcome) => settleCleanup(context, job, outcome.state === "Succeeded", runOf(job.input)),
};

/** Never undone: what a test made is on its way out. */
function cleanupSteps(run: CleanupRun): readonly Step[] {
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

const machinesKey = (run: CleanupRun) => `testMachines:${run.itemId}`;

export async function removeTest(step: FailoverStep, run: CleanupRun): Promise<StepOutcome> {
  const item = await requireItem(step.services, run.itemId);
  await holdAgain(step.services, item.id, step.job.id);
  // What there was is written down first: the proof looks for all of it, also when this step is repeated.
  if (step.memory[machinesKey(run)] === undefined) {
    await step.checkpoint({ [machinesKey(run)]: await testMachinesOf(step.services, item.id) });
  }
  await markTest(step.services, item.id, "MarkedForDeletion");
  await removeTestMachines(step.services, item);
  const machines = step.memory[machinesKey(run)] as readonly DeployedMachine[];
  return { details: { removed: machines.map((machine) => machine.name) } };
}

export async function verifyTestGone(step: FailoverStep, run: CleanupRun): Promise<StepOutcome> {
  const item = await requireItem(step.services, run.itemId);
  const machines = (step.memory[machinesKey(run)] ?? []) as readonly DeployedMachine[];
  const remainingResources = await proveCleanup(step.services, item, machines, run.notes);
  return { details: { remainingResources, notes: run.notes } };
}

/** Only a proven cleanup frees the item for the next test; any other end leaves the test to be completed. */
export async function settleCleanup(
  context: OperationContext,
  job: Job,
  isProven: boolean,
  run: CleanupRun,
): Promise<void> {
  const item = await context.repositories.protectedItems.get(run.itemId);
  if (!item || item.heldByJobId !== job.id) return;
  await markTest(context, item.id, isProven ? "None" : "WaitingForCompletion");
  await releaseItem(context, item.id, job.id);
}

function runOf(input: Job["input"]): CleanupRun {
  return input as unknown as CleanupRun;
}
