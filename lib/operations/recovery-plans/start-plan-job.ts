import type { ProtectedItem, RecoveryPlan } from "@/lib/domain/entities";
import type { ProtectedItemOperation } from "@/lib/domain/protection-state";
import { withServiceGroups } from "@/lib/domain/recovery-plan-rules";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { holdItem } from "../hold-protected-item";
import type { PlanMachine, PlanRunGroup } from "./plan-run";
import { holdPlan, releasePlan } from "./settle-plan";

/** All or nothing: either the plan and every machine are this job's, or none is. */
export async function startPlanJob(
  context: OperationContext,
  plan: RecoveryPlan,
  scenarioName: string,
  operation: ProtectedItemOperation,
  items: readonly ProtectedItem[],
  input: Readonly<Record<string, unknown>>,
): Promise<Job> {
  const id = context.random.uuid();
  await holdPlan(context, plan.id, id);
  const held: string[] = [];
  try {
    for (const item of items) {
      await holdItem(context, item.id, id, operation);
      held.push(item.id);
    }
    const target = { id: plan.id, name: plan.name, type: "RecoveryPlan" };
    return await context.jobs.enqueue({ id, scenarioName, vaultId: plan.vaultId, input, target });
  } catch (error) {
    for (const itemId of held) await context.repositories.protectedItems.release(itemId, id);
    await releasePlan(context, plan.id, id);
    throw error;
  }
}

export function nothingToDo(plan: RecoveryPlan, because: string): Refusal {
  return new Refusal(
    "notAllowed",
    {
      code: "RecoveryPlanOperationNotAllowed",
      message: `The recovery plan ${plan.name} has nothing to do: ${because}.`,
      possibleCauses: "The plan, or its machines one by one, were run before.",
      recommendedAction: "Look at the state of the plan's machines under Protected Items.",
    },
    plan.name,
  );
}

export function itemGone(plan: RecoveryPlan): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "RecoveryPlanItemGone",
      message: `The recovery plan ${plan.name} names a machine that is not protected any more.`,
      possibleCauses: "Its protection was disabled.",
      recommendedAction: "Edit the plan and take the machine out, or protect it again.",
    },
    plan.name,
  );
}

/** The groups as they are run, with the service's own in front. */
export function runningCopy(plan: RecoveryPlan, machine: (itemId: string) => PlanMachine): PlanRunGroup[] {
  return withServiceGroups(plan.groups).map(({ type, protectedItemIds, startActions, endActions }) => ({
    type,
    machines: protectedItemIds.map(machine),
    startActions,
    endActions,
  }));
}

export function machineOf(item: ProtectedItem, leftOut: string | null): PlanMachine {
  return { itemId: item.id, machineName: item.machineName, networkName: null, leftOut };
}
