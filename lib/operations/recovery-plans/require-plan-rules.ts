import type { RecoveryPlanGroup, Vault } from "@/lib/domain/entities";
import { refuseWhen } from "@/lib/domain/names";
import { BOOT_GROUPS_MAX, planItemIds, planProblem } from "@/lib/domain/recovery-plan-rules";
import { Refusal, type Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { runbookProblem, webhookProblem } from "../automation/describe-runbook";

/**
 * What must be true of a plan that is written. What may come true later (a runbook that is not published yet) is for its
 * validation. @throws Refusal RecoveryPlan… naming the broken rule
 */
export async function requirePlanRules(
  context: OperationContext,
  vault: Vault,
  fabricId: string,
  groups: readonly RecoveryPlanGroup[],
): Promise<void> {
  const names = new Map<string, string>();
  const items = await context.repositories.protectedItems.listByFabric(fabricId);
  for (const id of planItemIds(groups)) {
    const item = items.find((one) => one.id === id && one.vaultId === vault.id);
    if (item) names.set(id, item.machineName);
  }
  refuseWhen(
    planProblem(groups, (id) => names.get(id) ?? null, vault.planGroupsMax ?? BOOT_GROUPS_MAX),
    "properties.groups",
  );
  await requireKnownActions(context, vault, groups);
}

async function requireKnownActions(
  context: OperationContext,
  vault: Vault,
  groups: readonly RecoveryPlanGroup[],
): Promise<void> {
  for (const { name, details } of groups.flatMap((group) => [...group.startActions, ...group.endActions])) {
    if (details.kind === "AutomationRunbookActionDetails") {
      const { accountName, runbookName } = details;
      const problem = await runbookProblem(context, vault, accountName, runbookName);
      if (problem && isUnknown(problem)) {
        const what = `the runbook ${accountName}/${runbookName}`;
        throw problem.code === "VariableNotFound"
          ? unknown("RecoveryPlanUnknownVariable", name, `${what} and with it a variable`, problem)
          : unknown("RecoveryPlanUnknownRunbook", name, what, problem);
      }
    }
    if (details.kind === "WebhookActionDetails" && details.secret !== null) {
      const { accountName, variableName } = details.secret;
      const problem = await webhookProblem(context, vault, details.url, details.secret);
      if (problem && isUnknown(problem)) {
        throw unknown("RecoveryPlanUnknownVariable", name, `the variable ${accountName}/${variableName}`, problem);
      }
    }
  }
}

const isUnknown = ({ code }: Explanation) => code.endsWith("NotFound");

function unknown(code: string, action: string, what: string, { message, recommendedAction }: Explanation): Refusal {
  return new Refusal(
    "invalid",
    {
      code,
      message: `The action '${action}' names ${what}, which is not there. ${message}`,
      possibleCauses: "The name is misspelt, or it was deleted, or is in the account of another resource group.",
      recommendedAction,
    },
    "properties.groups",
  );
}
