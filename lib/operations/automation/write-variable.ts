import type { AutomationAccount, AutomationVariable } from "@/lib/domain/automation";
import { variableNameProblem, variableValueProblem } from "@/lib/domain/automation-rules";
import { refuseWhen } from "@/lib/domain/names";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";

export interface VariableInput {
  readonly name: string;
  /** JSON in a text. Null: as it is. */
  readonly value: string | null;
  readonly description: string | null;
  /** Null: as it is; plain when it is new. */
  readonly isEncrypted: boolean | null;
}

/** Makes a variable or changes it. What is encrypted is sealed here and never shown again. @throws Refusal InvalidAutomationName, InvalidVariableValue, VariableEncryptionFixed */
export async function writeVariable(
  context: OperationContext,
  account: AutomationAccount,
  input: VariableInput,
): Promise<{ readonly variable: AutomationVariable; readonly created: boolean }> {
  refuseWhen(variableNameProblem(input.name), "variableName");
  const { automationVariables } = context.repositories;
  const existing = await automationVariables.find(account.id, input.name);
  const isEncrypted = input.isEncrypted ?? existing?.isEncrypted ?? false;
  if (existing && existing.isEncrypted !== isEncrypted) throw encryptionFixed(existing);
  const { value } = input;
  if (value !== null) refuseWhen(variableValueProblem(value, isEncrypted), "properties.value");
  const id = existing?.id ?? context.random.uuid();
  const kept = value === null ? null : isEncrypted ? context.sealedValues.seal(value, id) : value;
  const now = context.clock.now().toISOString();
  if (existing) {
    const changes = {
      ...(kept === null ? {} : { value: kept }),
      ...(input.description === null ? {} : { description: input.description }),
    };
    const variable = await automationVariables.update(id, { ...changes, changedAt: now });
    announce(context, null, "automationVariables", variable.name);
    return { variable, created: false };
  }
  if (kept === null) throw new Refusal("invalid", VALUE_MISSING, "properties.value");
  const variable: AutomationVariable = {
    ...{ id, accountId: account.id, name: input.name, description: input.description ?? "", isEncrypted },
    ...{ value: kept, createdAt: now, changedAt: now },
  };
  await automationVariables.insert(variable);
  announce(context, null, "automationVariables", variable.name);
  return { variable, created: true };
}

const VALUE_MISSING = {
  code: "InvalidVariableValue",
  message: "A new variable needs a value.",
  possibleCauses: "The property 'properties.value' is missing.",
  recommendedAction: "Send the value as a JSON text in 'properties.value'.",
};

function encryptionFixed(variable: AutomationVariable): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "VariableEncryptionFixed",
      message: `Whether the variable ${variable.name} is encrypted cannot be changed.`,
      possibleCauses: variable.isEncrypted
        ? "To make it plain would show what was entered as a secret."
        : "What was readable before would not become a secret by it.",
      recommendedAction: "Delete the variable and create it again, with a new value.",
    },
    "properties.isEncrypted",
  );
}
