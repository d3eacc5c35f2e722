import type { Vault } from "@/lib/domain/entities";
import { BOOT_GROUPS_MAX, BOOT_GROUPS_SETTING_MAX, bootGroups } from "@/lib/domain/recovery-plan-rules";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { requireActiveVault } from "../require-active-vault";

/** Boot groups that a plan of the vault may have. */
export function planGroupsMaxOf(vault: Vault): number {
  return vault.planGroupsMax ?? BOOT_GROUPS_MAX;
}

/** @throws Refusal PlanGroupsMaxNotValid, PlanGroupsMaxTooLow naming the plan that has more */
export async function setPlanGroupsMax(context: OperationContext, vault: Vault, max: number): Promise<Vault> {
  requireActiveVault(vault);
  if (!Number.isInteger(max) || max < 1 || max > BOOT_GROUPS_SETTING_MAX) {
    throw refused("PlanGroupsMaxNotValid", `A plan may have between 1 and ${BOOT_GROUPS_SETTING_MAX} boot groups.`);
  }
  const plans = await context.repositories.recoveryPlans.list(vault.id);
  const larger = plans.find((plan) => bootGroups(plan.groups).length > max);
  if (larger) {
    const count = bootGroups(larger.groups).length;
    throw refused("PlanGroupsMaxTooLow", `The recovery plan ${larger.name} has ${count} boot groups already.`);
  }
  const changed = await context.repositories.vaults.update(vault.id, { planGroupsMax: max });
  announce(context, vault.id, "replicationRecoveryPlans", vault.name);
  return changed;
}

function refused(code: string, message: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code,
      message,
      possibleCauses: "The number does not fit the plans that are there, or what plans can be.",
      recommendedAction: `Azure's number is ${BOOT_GROUPS_MAX}. Give a number that every plan of the vault keeps to.`,
    },
    "properties.planGroupsMax",
  );
}
