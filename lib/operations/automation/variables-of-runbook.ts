import type { AutomationAccount, AutomationVariable } from "@/lib/domain/automation";
import { requestedVariables, variableEnvironmentName, variableText } from "@/lib/domain/automation-rules";
import { Refusal, type Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";

export interface GivenVariables {
  readonly environment: Readonly<Record<string, string>>;
  /** Values of the encrypted ones. */
  readonly secrets: readonly string[];
}

/**
 * The variables that a runbook asks for, and no other.
 * @throws Refusal VariableNotFound; Fault SealedValueNotReadable
 */
export async function variablesOfRunbook(
  context: OperationContext,
  account: AutomationAccount,
  text: string,
): Promise<GivenVariables> {
  const environment: Record<string, string> = {};
  const secrets: string[] = [];
  for (const name of requestedVariables(text)) {
    const variable = await context.repositories.automationVariables.find(account.id, name);
    if (!variable) throw new Refusal("conflict", variableNotFound(account.name, name));
    const value = valueOf(context, variable);
    environment[variableEnvironmentName(variable.name)] = value;
    if (variable.isEncrypted) secrets.push(value);
  }
  return { environment, secrets };
}

/** The value in the clear: for a runbook or a signature, never for an answer. @throws Fault SealedValueNotReadable */
export function valueOf(context: OperationContext, variable: AutomationVariable): string {
  const json = variable.isEncrypted ? context.sealedValues.open(variable.value, variable.id) : variable.value;
  return variableText(json) ?? json;
}

export function variableNotFound(accountName: string, name: string): Explanation {
  return {
    code: "VariableNotFound",
    message: `The automation account ${accountName} has no variable named ${JSON.stringify(name)}.`,
    possibleCauses:
      "A line '@variable' of the runbook, or a webhook action, names it; it was never made, or was deleted.",
    recommendedAction: `Create the variable in ${accountName}, or correct the name.`,
  };
}
