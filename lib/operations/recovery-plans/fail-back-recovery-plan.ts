import type { ProtectedItem, RecoveryPlan } from "@/lib/domain/entities";
import { planHash } from "@/lib/domain/plan-hash";
import { explainNotAllowed } from "@/lib/domain/protection-state";
import type { Job } from "@/lib/jobs/job";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { baseOf } from "../failover/failback/capture-replica";
import type { FailbackRun } from "../failover/failback/failback-run";
import { findFailbackTarget } from "../failover/failback/failback-target";
import { standingOf } from "../hold-protected-item";
import { planItems } from "./plan-items";
import { participantOf } from "./plan-participation";
import { backRunOf, type PlanBackRun } from "./plan-run";
import { itemGone, machineOf, nothingToDo, runningCopy, startPlanJob } from "./start-plan-job";

export type PlanBackRequest = Pick<FailbackRun, "dataSyncOption" | "createMachine">;

/**
 * The planned failover of a plan from Azure back to its site, as one job: each machine to the host that it came from.
 * Machines that run at their site are passed over, and those that another plan holds.
 *
 * @throws Refusal RecoveryPlanBusy, FailbackNotAllowed naming the machine, and what stands in the way at the host
 */
export async function failBackRecoveryPlan(
  context: OperationContext,
  plan: RecoveryPlan,
  request: PlanBackRequest,
): Promise<Job> {
  const items = await planItems(context, plan);
  const leftOut = new Map<string, string>();
  for (const item of items.values()) {
    const { isElsewhere, holder } = await participantOf(context, plan, item);
    if (item.activeLocation === "Primary") leftOut.set(item.id, "The machine runs at its site.");
    else if (isElsewhere) leftOut.set(item.id, `The recovery plan ${holder?.targetName ?? ""} holds it.`);
    else await requireWayBack(context, item, request);
  }
  const active = [...items.values()].filter((item) => !leftOut.has(item.id));
  if (active.length === 0) throw nothingToDo(plan, "no machine of it has failed over and been committed");
  const input: PlanBackRun = {
    planId: plan.id,
    planName: plan.name,
    planHash: planHash(plan.groups),
    direction: "RecoveryToPrimary",
    groups: runningCopy(plan, (itemId) => {
      const item = items.get(itemId);
      if (!item) throw itemGone(plan);
      return machineOf(item, leftOut.get(itemId) ?? null);
    }),
    ...request,
  };
  return startPlanJob(context, plan, "Failback", "Failback", active, { ...input });
}

/** What can be refused is refused before there is a job; the job checks again. */
async function requireWayBack(context: OperationContext, item: ProtectedItem, request: PlanBackRequest): Promise<void> {
  const problem = explainNotAllowed("Failback", await standingOf(context, item), item.machineName);
  if (problem) throw new Refusal("notAllowed", problem, item.name);
  try {
    const base = await baseOf(context, item);
    await findFailbackTarget(context, item, backRunOf(request, item.id), base.disks);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Refusal("conflict", error.explanation, item.name);
  }
}
