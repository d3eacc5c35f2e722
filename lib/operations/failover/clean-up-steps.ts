import type { DeployedMachine } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { StepOutcome } from "@/lib/jobs/job-definition";
import { requireItem } from "../change-protected-item";
import type { OperationContext } from "../context";
import { listResources } from "../evidence/list-resources";
import { holdAgain, releaseItem } from "../hold-protected-item";
import { markTest, proveCleanup, removeTestMachines, testMachinesOf } from "./clean-up-test";
import type { FailoverStep } from "./failover-run";

export interface CleanupRun {
  readonly itemId: string;
  readonly notes: string;
}

const machinesKey = (run: CleanupRun) => `testMachines:${run.itemId}`;
const beforeKey = (run: CleanupRun) => `resourcesBefore:${run.itemId}`;

export async function removeTest(step: FailoverStep, run: CleanupRun): Promise<StepOutcome> {
  const item = await requireItem(step.services, run.itemId);
  await holdAgain(step.services, item.id, step.job.id);
  // What there was is written down first: the proof looks for all of it, also when this step is repeated.
  if (step.memory[machinesKey(run)] === undefined) {
    const found = await testMachinesOf(step.services, item.id);
    const before = await Promise.all(found.map((machine) => listResources(step.services, machine)));
    await step.checkpoint({ [machinesKey(run)]: found, [beforeKey(run)]: before.flat() });
  }
  await markTest(step.services, item.id, "MarkedForDeletion");
  const machines = step.memory[machinesKey(run)] as readonly DeployedMachine[];
  try {
    await removeTestMachines(step.services, item);
  } catch (error) {
    // The evidence of the test says what is left; then the job does.
    await proveCleanup(step.services, item, machines, { notes: run.notes, before: beforeOf(step, run) }, error);
    throw error;
  }
  return { details: { removed: machines.map((machine) => machine.name) } };
}

export async function verifyTestGone(step: FailoverStep, run: CleanupRun): Promise<StepOutcome> {
  const item = await requireItem(step.services, run.itemId);
  const machines = (step.memory[machinesKey(run)] ?? []) as readonly DeployedMachine[];
  const before = beforeOf(step, run);
  const remainingResources = await proveCleanup(step.services, item, machines, { notes: run.notes, before });
  return { details: { resourcesBefore: before, remainingResources, notes: run.notes } };
}

function beforeOf(step: FailoverStep, run: CleanupRun): readonly string[] {
  return (step.memory[beforeKey(run)] ?? []) as readonly string[];
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
