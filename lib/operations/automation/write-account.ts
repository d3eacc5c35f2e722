import type { AutomationAccount } from "@/lib/domain/automation";
import { accountNameProblem } from "@/lib/domain/automation-rules";
import { refuseWhen } from "@/lib/domain/names";
import { findRegion } from "@/lib/domain/regions";
import { regionProblem } from "@/lib/domain/vault-rules";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import type { ResourceGroupScope } from "../ports/repositories";

/** Makes an automation account, or writes the description of one. @throws Refusal InvalidAutomationName, LocationNotAvailable, InvalidResourceLocation */
export async function writeAccount(
  context: OperationContext,
  input: ResourceGroupScope & { readonly name: string; readonly location: string; readonly description: string | null },
): Promise<{ readonly account: AutomationAccount; readonly created: boolean }> {
  refuseWhen(accountNameProblem(input.name), "automationAccountName");
  const region = findRegion(input.location);
  if (!region) throw new Refusal("invalid", regionProblem(input.location), "location");
  const { automationAccounts } = context.repositories;
  const existing = await automationAccounts.find(input, input.name);
  if (existing) {
    if (existing.location !== region.name) throw elsewhere(existing);
    const changed = input.description !== null && input.description !== existing.description;
    const account = changed
      ? await automationAccounts.update(existing.id, { description: input.description ?? "" })
      : existing;
    return { account, created: false };
  }
  const account: AutomationAccount = {
    id: context.random.uuid(),
    subscriptionId: input.subscriptionId,
    resourceGroup: input.resourceGroup,
    name: input.name,
    location: region.name,
    description: input.description ?? "",
    createdAt: context.clock.now().toISOString(),
  };
  await automationAccounts.insert(account);
  announce(context, null, "automationAccounts", account.name);
  return { account, created: true };
}

function elsewhere(account: AutomationAccount): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "InvalidResourceLocation",
      message: `The automation account ${account.name} already exists in ${account.location}; it cannot be moved.`,
      possibleCauses: "The account was created with another region.",
      recommendedAction: "Choose another name, or delete the account first.",
    },
    "location",
  );
}
