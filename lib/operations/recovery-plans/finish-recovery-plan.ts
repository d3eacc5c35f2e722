import type { ProtectedItem, RecoveryPlan } from "@/lib/domain/entities";
import { planHash } from "@/lib/domain/plan-hash";
import { withServiceGroups } from "@/lib/domain/recovery-plan-rules";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { siteAnswers } from "../source-machine";
import { planItems, waitingFor } from "./plan-items";
import type { PlanItemsRun } from "./plan-run";
import { machineOf, startPlanJob } from "./start-plan-job";

/** Commits every machine of the plan that waits for it, whichever way it was failed over. */
export async function commitRecoveryPlan(context: OperationContext, plan: RecoveryPlan): Promise<Job> {
  const waiting = await waitingFor(context, plan, "Commit", "no machine of it has a failover to commit");
  return startPlanJob(context, plan, "Commit", "Commit", waiting, { ...itemsRun(plan, waiting, "") });
}

/** Completes every test of the plan that is up. */
export async function cleanUpRecoveryPlan(context: OperationContext, plan: RecoveryPlan, notes: string): Promise<Job> {
  const operation = "TestFailoverCleanup";
  const waiting = await waitingFor(context, plan, operation, "no test failover of its machines is up");
  const items = [...(await planItems(context, plan)).values()];
  const isUp = (item: ProtectedItem) => waiting.some((one) => one.id === item.id);
  const groups = withServiceGroups(plan.groups).map(({ type, protectedItemIds, startActions, endActions }) => {
    const own = items.filter((item) => protectedItemIds.includes(item.id));
    const machines = own.map((item) => machineOf(item, isUp(item) ? null : "No test of it was up."));
    return { type, machines, startActions, endActions };
  });
  return startPlanJob(context, plan, operation, operation, waiting, { ...itemsRun(plan, waiting, notes), groups });
}

/**
 * Takes back every failover of the plan that is not committed: what the replicas wrote is lost, the sources run again.
 * @throws Refusal SiteNotConnected naming a machine whose site does not answer
 */
export async function cancelPlanFailover(context: OperationContext, plan: RecoveryPlan): Promise<Job> {
  const operation = "CancelFailover";
  const waiting = await waitingFor(context, plan, operation, "no machine of it has a failover that is not committed");
  for (const item of waiting) if (!(await siteAnswers(context, item))) throw siteSilent(item);
  return startPlanJob(context, plan, operation, operation, waiting, { ...itemsRun(plan, waiting, "") });
}

/** After the commit of a failback: protection of every machine that came back goes on. */
export async function reverseReplicatePlan(context: OperationContext, plan: RecoveryPlan): Promise<Job> {
  const operation = "ReverseReplicate";
  const waiting = await waitingFor(context, plan, operation, "no machine of it has come back and been committed");
  return startPlanJob(context, plan, "ReverseReplication", operation, waiting, { ...itemsRun(plan, waiting, "") });
}

function itemsRun(plan: RecoveryPlan, waiting: readonly ProtectedItem[], notes: string): PlanItemsRun {
  const machines = waiting.map((item) => machineOf(item, null));
  return { planId: plan.id, planName: plan.name, planHash: planHash(plan.groups), machines, notes };
}

function siteSilent(item: ProtectedItem): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "SiteNotConnected",
      message: `The failover of ${item.machineName} cannot be cancelled: its site does not answer, so the machine cannot be started there.`,
      possibleCauses: "The host, its agent or the connection is down.",
      recommendedAction: "Bring the site back first. Until then the machines in Azure are all there is.",
    },
    item.name,
  );
}
