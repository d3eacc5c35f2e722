import type { RecoveryPlan } from "@/lib/domain/entities";
import { planHash } from "@/lib/domain/plan-hash";
import { explainNotAllowed } from "@/lib/domain/protection-state";
import type { Job } from "@/lib/jobs/job";
import type { StepDefinition } from "@/lib/jobs/job-definition";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { requireEndable } from "../disable-protection";
import { deleteReplicated, goOnReplicating, removeFromVault, stopReplication } from "../end-protection";
import { standingOf } from "../hold-protected-item";
import { phased } from "./phased-steps";
import { planItems } from "./plan-items";
import type { PlanItemsRun } from "./plan-run";
import { machineOf, nothingToDo, startPlanJob } from "./start-plan-job";

/**
 * All machines of the plan stay in Azure for good: their failover becomes final, protection ends, and the plan, which would
 * name nothing any more, goes with it. Records of its runs stay.
 *
 * @throws Refusal RecoveryPlanBusy, CompleteMigrationNotAllowed naming the first machine that is not there yet,
 * ProtectedItemInRecoveryPlan when one is in another plan too, DisksNotComplete
 */
export async function completePlanMigration(context: OperationContext, plan: RecoveryPlan): Promise<Job> {
  const items = [...(await planItems(context, plan)).values()];
  if (items.length === 0) throw nothingToDo(plan, "none of its machines is protected any more");
  for (const item of items) {
    const standing = { ...(await standingOf(context, item)), holder: null };
    const problem = explainNotAllowed("CompleteMigration", standing, item.machineName);
    if (problem) throw new Refusal("notAllowed", problem, item.name);
    await requireEndable(context, item, plan.id);
  }
  const machines = items.map((item) => machineOf(item, null));
  const input: PlanItemsRun = {
    planId: plan.id,
    planName: plan.name,
    planHash: planHash(plan.groups),
    machines,
    notes: "",
  };
  return startPlanJob(context, plan, "CompleteMigration", "CompleteMigration", items, { ...input });
}

export function planMigrationSteps(run: PlanItemsRun): readonly StepDefinition<OperationContext>[] {
  return [
    ...phased(run.machines, "All groups: complete migration", [
      {
        name: "StopReplication",
        title: "End the protection of",
        run: (step, { itemId }) => stopReplication(step, itemId, "CompleteMigration"),
        undo: (step, { itemId }) => goOnReplicating(step, itemId),
      },
      {
        name: "DeleteRecoveryPoints",
        title: "Delete the recovery points of",
        // Each ends with a sweep of the vault, and of those there is one at a time.
        width: 1,
        irrevocable: true,
        run: (step, { itemId }) => deleteReplicated(step, itemId),
      },
      {
        name: "RemoveProtectedItem",
        title: "Remove from the vault",
        irrevocable: true,
        run: (step, { itemId }) => removeFromVault(step, itemId),
      },
    ]),
    {
      name: "RemoveRecoveryPlan",
      friendlyName: "Delete the recovery plan",
      taskType: "RemoveRecoveryPlanTask",
      groupName: "All groups: complete migration",
      irrevocable: true,
      run: async ({ services }) => {
        const plan = await services.repositories.recoveryPlans.get(run.planId);
        if (!plan) return "done";
        await services.repositories.recoveryPlans.delete(plan.id);
        announce(services, plan.vaultId, "replicationRecoveryPlans", plan.name);
        return { details: { plan: plan.name } };
      },
    },
  ];
}
