import { clockTime } from "@/lib/domain/clock-time";
import type { Job } from "@/lib/jobs/job";
import type { JobOutcome } from "@/lib/jobs/job-definition";
import { hasEnded } from "@/lib/jobs/job-states";
import { Refusal } from "@/lib/kernel/fault";
import type { RecoveryPlan } from "@/lib/domain/entities";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { settleFailover } from "../failover/settle-failover";
import { holdAgain } from "../hold-protected-item";
import type { RecoveryPlanChanges } from "../ports/repositories";
import { machineRun, takingPart, type PlanRun } from "./plan-run";

const ATTEMPTS = 10;

/** Every machine's state says what is there, everything is free again, and the plan remembers when it was run. Repeatable. */
export async function settlePlan(
  context: OperationContext,
  job: Job,
  outcome: JobOutcome,
  run: PlanRun,
): Promise<void> {
  for (const machine of takingPart(run)) await settleFailover(context, job, outcome, machineRun(run, machine));
  const now = context.clock.now().toISOString();
  const changes: Record<PlanRun["kind"], RecoveryPlanChanges> = {
    TestFailover: { lastTestFailoverAt: now, ...testedOf(run, now) },
    PlannedFailover: { lastPlannedFailoverAt: now },
    UnplannedFailover: { lastUnplannedFailoverAt: now },
  };
  if (outcome.state === "Succeeded") await changePlan(context, run.planId, changes[run.kind]);
  await releasePlan(context, run.planId, job.id);
}

/** Only a test of the whole plan says something of the plan. */
function testedOf(run: PlanRun, at: string): RecoveryPlanChanges {
  const isWhole = run.groups.every((group) => group.machines.every((machine) => machine.leftOut === null));
  return isWhole && run.planHash !== undefined ? { testedAt: at, testedHash: run.planHash } : {};
}

export async function holdPlan(context: OperationContext, planId: string, jobId: string): Promise<void> {
  const { recoveryPlans } = context.repositories;
  if (await recoveryPlans.hold(planId, jobId)) return;
  const plan = await recoveryPlans.get(planId);
  if (!plan) throw planGone();
  const holder = await planHolder(context, plan);
  if (holder) throw planBusy(plan, holder);
  if (plan.heldByJobId !== null) await recoveryPlans.release(planId, plan.heldByJobId);
  if (!(await recoveryPlans.hold(planId, jobId))) throw planBusy(plan, null);
}

export async function planHolder(
  context: OperationContext,
  plan: Pick<RecoveryPlan, "heldByJobId">,
): Promise<Job | null> {
  if (plan.heldByJobId === null) return null;
  const job = await context.jobs.get(plan.heldByJobId);
  return job === null || hasEnded(job.state) ? null : job;
}

export async function releasePlan(context: OperationContext, planId: string, jobId: string): Promise<void> {
  await context.repositories.recoveryPlans.release(planId, jobId);
  const plan = await context.repositories.recoveryPlans.get(planId);
  if (plan) announce(context, plan.vaultId, "replicationRecoveryPlans", plan.name);
}

/** Before a restart: all or nothing. A machine that is not protected any more is not held; the steps know what to make of it. */
export async function holdPlanAgain(
  context: OperationContext,
  job: Job,
  run: { readonly planId: string },
  itemIds: readonly string[],
): Promise<void> {
  await holdPlan(context, run.planId, job.id);
  const held: string[] = [];
  try {
    for (const itemId of itemIds) {
      if ((await context.repositories.protectedItems.get(itemId)) === null) continue;
      await holdAgain(context, itemId, job.id);
      held.push(itemId);
    }
  } catch (error) {
    for (const itemId of held) await context.repositories.protectedItems.release(itemId, job.id);
    await releasePlan(context, run.planId, job.id);
    throw error;
  }
}

export async function changePlan(
  context: OperationContext,
  planId: string,
  changes: RecoveryPlanChanges,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const plan = await context.repositories.recoveryPlans.get(planId);
    if (!plan) return;
    try {
      await context.repositories.recoveryPlans.update(planId, plan.revision, changes);
      return;
    } catch (error) {
      const raced = error instanceof Refusal && error.code === "RevisionChanged";
      if (!raced || attempt >= ATTEMPTS) throw error;
    }
  }
}

export function planBusy(plan: RecoveryPlan, holder: Job | null): Refusal {
  const who = holder
    ? `the job '${holder.friendlyName}', started at ${clockTime(holder.createdAt)}, is running it`
    : "a job runs it";
  return new Refusal(
    "conflict",
    {
      code: "RecoveryPlanBusy",
      message: `The recovery plan ${plan.name} is busy: ${who}.`,
      possibleCauses: "The plan was started before and has not ended; it may be waiting for a manual action.",
      recommendedAction: "Complete or cancel that job under Jobs, then try again.",
    },
    plan.name,
  );
}

export function planGone(): Refusal {
  return new Refusal("notFound", {
    code: "RecoveryPlanGone",
    message: "The recovery plan does not exist any more.",
    possibleCauses: "It was deleted in the meantime.",
    recommendedAction: "Create the plan again when it is still needed.",
  });
}
