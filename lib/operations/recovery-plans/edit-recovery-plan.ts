import type { Fabric, RecoveryPlan, RecoveryPlanGroup, Vault } from "@/lib/domain/entities";
import { refuseWhen, resourceNameProblem } from "@/lib/domain/names";
import { planHash } from "@/lib/domain/plan-hash";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { requireActiveVault } from "../require-active-vault";
import { requirePlanRules } from "./require-plan-rules";
import { planGone, planHolder } from "./settle-plan";

/** PUT may be repeated: a plan of that name gets the given groups. @throws Refusal RecoveryPlan… naming the broken rule */
export async function saveRecoveryPlan(
  context: OperationContext,
  vault: Vault,
  input: { readonly name: string; readonly fabric: Fabric; readonly groups: readonly RecoveryPlanGroup[] },
): Promise<RecoveryPlan> {
  requireActiveVault(vault);
  refuseWhen(resourceNameProblem(input.name, "recovery plan"), "recoveryPlanName");
  const existing = await context.repositories.recoveryPlans.find(vault.id, input.name);
  if (existing) return updateRecoveryPlan(context, existing, input.groups, input.fabric.id);
  await requirePlanRules(context, vault, input.fabric.id, input.groups);
  const plan: RecoveryPlan = {
    id: context.random.uuid(),
    vaultId: vault.id,
    name: input.name,
    fabricId: input.fabric.id,
    groups: input.groups,
    heldByJobId: null,
    lastTestFailoverAt: null,
    lastPlannedFailoverAt: null,
    lastUnplannedFailoverAt: null,
    testedAt: null,
    testedHash: null,
    createdAt: context.clock.now().toISOString(),
    revision: 1,
  };
  await context.repositories.recoveryPlans.insert(plan);
  announce(context, vault.id, "replicationRecoveryPlans", plan.name);
  return plan;
}

/**
 * Replaces all groups, actions included; groups that are the plan's already change nothing, not even its revision. A run
 * that is under way keeps the plan as it started. The hash of an edited plan is no longer that of its last test.
 */
export async function updateRecoveryPlan(
  context: OperationContext,
  plan: RecoveryPlan,
  groups: readonly RecoveryPlanGroup[],
  fabricId: string = plan.fabricId,
): Promise<RecoveryPlan> {
  const vault = await context.repositories.vaults.get(plan.vaultId);
  if (!vault) throw planGone();
  await requirePlanRules(context, vault, fabricId, groups);
  if (fabricId === plan.fabricId && planHash(groups) === planHash(plan.groups)) return plan;
  const changed = await context.repositories.recoveryPlans.update(plan.id, plan.revision, { groups, fabricId });
  announce(context, plan.vaultId, "replicationRecoveryPlans", plan.name);
  return changed;
}

export async function deleteRecoveryPlan(context: OperationContext, plan: RecoveryPlan): Promise<void> {
  const holder = await planHolder(context, plan);
  if (holder) {
    throw new Refusal(
      "conflict",
      {
        code: "RecoveryPlanBusy",
        message: `The recovery plan ${plan.name} cannot be deleted: the job '${holder.friendlyName}' is running it.`,
        possibleCauses: "A run of the plan has not ended; it may be waiting for a manual action.",
        recommendedAction: "Complete or cancel that job under Jobs, then delete the plan.",
      },
      plan.name,
    );
  }
  await context.repositories.recoveryPlans.delete(plan.id);
  announce(context, plan.vaultId, "replicationRecoveryPlans", plan.name);
}
