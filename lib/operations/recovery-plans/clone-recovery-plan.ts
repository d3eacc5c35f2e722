import type { RecoveryPlan, Vault } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { saveRecoveryPlan } from "./edit-recovery-plan";

/** A plan of another name with the same groups and actions. It was never run nor tested. @throws Refusal RecoveryPlanExists */
export async function cloneRecoveryPlan(
  context: OperationContext,
  vault: Vault,
  plan: RecoveryPlan,
  name: string,
): Promise<RecoveryPlan> {
  const existing = await context.repositories.recoveryPlans.find(vault.id, name);
  if (existing) throw nameTaken(existing.name);
  const fabric = await context.repositories.fabrics.get(plan.fabricId);
  if (!fabric) throw siteGone(plan);
  return saveRecoveryPlan(context, vault, { name, fabric, groups: plan.groups });
}

function nameTaken(name: string): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "RecoveryPlanExists",
      message: `There is a recovery plan named ${name} already.`,
      possibleCauses: "Names of plans are unique in a vault, and compare without regard to case.",
      recommendedAction: "Choose another name for the copy.",
    },
    "properties.name",
  );
}

function siteGone(plan: RecoveryPlan): Refusal {
  return new Refusal("notFound", {
    code: "RecoveryPlanSiteGone",
    message: `The site of the recovery plan ${plan.name} does not exist any more.`,
    possibleCauses: "It was deleted in the meantime.",
    recommendedAction: "Make a plan for machines of a site that is there.",
  });
}
