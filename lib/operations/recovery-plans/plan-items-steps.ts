import type { Job } from "@/lib/jobs/job";
import type { StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { releaseItem } from "../hold-protected-item";
import { checkCommit, commit } from "../failover/commit";
import { removeTest, settleCleanup, verifyTestGone } from "../failover/clean-up-steps";
import type { PlanItemsRun } from "./plan-run";
import { PLAN_VM_TASK } from "./plan-steps";
import { releasePlan } from "./settle-plan";

type Step = StepDefinition<OperationContext>;

/** Commit of every machine of a plan that waits for it; one that fails does not keep the others from it. */
export function planCommitSteps(run: PlanItemsRun): readonly Step[] {
  return run.machines.map((machine) => ({
    name: "VmCommit",
    friendlyName: `Commit ${machine.machineName}`,
    taskType: PLAN_VM_TASK,
    groupName: "All groups: commit",
    lane: "commit",
    irrevocable: true,
    continueOnFailure: true,
    run: async (step) => {
      await checkCommit(step, machine.itemId);
      return commit(step, machine.itemId);
    },
  }));
}

export async function settlePlanCommit(context: OperationContext, job: Job, run: PlanItemsRun): Promise<void> {
  for (const machine of run.machines) await releaseItem(context, machine.itemId, job.id);
  await releasePlan(context, run.planId, job.id);
}

/** Cleanup of every test of the plan that is up, and its proof. */
export function planCleanupSteps(run: PlanItemsRun): readonly Step[] {
  const of = (machine: PlanItemsRun["machines"][number]) => ({ itemId: machine.itemId, notes: run.notes });
  const common = { taskType: PLAN_VM_TASK, groupName: "All groups: cleanup", continueOnFailure: true };
  return [
    ...run.machines.map((machine) => ({
      ...common,
      name: "TfoCleanupDeleteVm",
      friendlyName: `Stop and delete the test machine of ${machine.machineName}`,
      lane: "delete",
      irrevocable: true,
      run: (step: Parameters<Step["run"]>[0]) => removeTest(step, of(machine)),
    })),
    ...run.machines.map((machine) => ({
      ...common,
      name: "TfoCleanupVerify",
      friendlyName: `Verify that nothing is left of ${machine.machineName}`,
      lane: "verify",
      run: (step: Parameters<Step["run"]>[0]) => verifyTestGone(step, of(machine)),
    })),
  ];
}

/** Each machine by its own proof: what is proven gone is free, the rest stays to be completed. */
export async function settlePlanCleanup(context: OperationContext, job: Job, run: PlanItemsRun): Promise<void> {
  const steps = await context.jobs.steps(job.id);
  const verified = steps.filter((step) => step.name === "TfoCleanupVerify");
  for (const [index, machine] of run.machines.entries()) {
    const isProven = verified[index]?.state === "Succeeded";
    await settleCleanup(context, job, isProven, { itemId: machine.itemId, notes: run.notes });
  }
  await releasePlan(context, run.planId, job.id);
}
