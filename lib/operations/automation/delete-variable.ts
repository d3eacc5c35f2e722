import type { AutomationAccount, AutomationVariable } from "@/lib/domain/automation";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { refuseWhileVariableInUse } from "./automation-in-use";

/** @throws Refusal AutomationInUse while a plan signs a webhook with it */
export async function deleteVariable(
  context: OperationContext,
  account: AutomationAccount,
  variable: AutomationVariable,
): Promise<void> {
  await refuseWhileVariableInUse(context, account, variable.name);
  await context.repositories.automationVariables.delete(variable.id);
  announce(context, null, "automationVariables", variable.name);
}
