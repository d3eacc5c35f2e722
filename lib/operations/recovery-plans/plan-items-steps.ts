import type { Job } from "@/lib/jobs/job";
import type { StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { releaseItem } from "../hold-protected-item";
import { checkCommit, commit } from "../failover/commit";
import { removeTest, settleCleanup, verifyTestGone } from "../failover/clean-up-steps";
import { Fault } from "@/lib/kernel/fault";
import { actionSteps } from "./action-steps";
import type { ActionRun, PlanItemsRun } from "./plan-run";
import { MACHINES_AT_ONCE, PLAN_VM_TASK } from "./plan-steps";
import { releasePlan } from "./settle-plan";

type Step = StepDefinition<OperationContext>;
const AFTER_CLEANUP_GROUP = "All groups: after cleanup";

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

/** Cleanup of every test of the plan that is up, its proof, and the plan's actions for after it. */
export function planCleanupSteps(run: PlanItemsRun): readonly Step[] {
  const of = (machine: PlanItemsRun["machines"][number]) => ({ itemId: machine.itemId, notes: run.notes });
  const common = {
    taskType: PLAN_VM_TASK,
    groupName: "All groups: cleanup",
    continueOnFailure: true,
    laneWidth: MACHINES_AT_ONCE,
  };
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
    ...afterCleanup(run),
  ];
}

/** In the plan's order, wherever in it they stand, and only when nothing is left: that is what they are told by. */
function afterCleanup(run: PlanItemsRun): Step[] {
  const as: ActionRun = {
    planName: run.planName ?? "",
    type: "TestFailoverCleanup",
    direction: "PrimaryToRecovery",
    shutDownSource: false,
  };
  const all = (run.groups ?? []).flatMap((group) => group.machines);
  let number = 0;
  const steps = (run.groups ?? []).flatMap((group) => {
    if (group.type === "Boot") number += 1;
    const isBoot = group.type === "Boot";
    const where = { group: isBoot ? String(number) : group.type, machines: isBoot ? group.machines : all };
    return [
      ...actionSteps(as, { ...where, position: "before" }, AFTER_CLEANUP_GROUP, group.startActions),
      ...actionSteps(as, { ...where, position: "after" }, AFTER_CLEANUP_GROUP, group.endActions),
    ];
  });
  return steps.map((action) => ({
    ...action,
    run: async (step) => {
      await requireAllGone(step);
      return action.run(step);
    },
  }));
}

async function requireAllGone({ services, job }: Parameters<Step["run"]>[0]): Promise<void> {
  const steps = await services.jobs.steps(job.id);
  const left = steps.filter((one) => one.name === "TfoCleanupVerify" && one.state !== "Succeeded");
  if (left.length === 0) return;
  throw new Fault({
    code: "CleanupNotProven",
    message: "The action was not run, because the cleanup of the test is not complete.",
    possibleCauses: `${left.length} of its machines could not be proven to be gone; see their errors in this job.`,
    recommendedAction: "Cure what those errors name, then restart the job: it goes on with what is left.",
  });
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
