import type { AutomationAccount, Runbook, RunbookVersion } from "@/lib/domain/automation";
import { Refusal, type Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import type { ResourceGroupScope } from "../ports/repositories";

/** @throws Refusal AutomationAccountNotFound */
export async function requireAccount(
  context: OperationContext,
  scope: ResourceGroupScope,
  name: string,
): Promise<AutomationAccount> {
  const account = await context.repositories.automationAccounts.find(scope, name);
  if (account) return account;
  throw new Refusal("notFound", accountNotFound(name), "automationAccountName");
}

/** @throws Refusal RunbookNotFound */
export async function requireRunbook(
  context: OperationContext,
  account: AutomationAccount,
  name: string,
): Promise<Runbook> {
  const runbook = await context.repositories.runbooks.find(account.id, name);
  if (runbook) return runbook;
  throw new Refusal("notFound", runbookNotFound(account.name, name), "runbookName");
}

/** @throws Refusal RunbookNotPublished */
export async function requirePublished(context: OperationContext, runbook: Runbook): Promise<RunbookVersion> {
  const { publishedVersion } = runbook;
  const version = publishedVersion && (await context.repositories.runbooks.version(runbook.id, publishedVersion));
  if (version) return version;
  throw new Refusal("conflict", runbookNotPublished(runbook.name), "runbookName");
}

export function accountNotFound(name: string): Explanation {
  return {
    code: "AutomationAccountNotFound",
    message: `There is no automation account named ${JSON.stringify(name)} in this resource group.`,
    possibleCauses: "The name is misspelt, the account was deleted, or it is in another resource group.",
    recommendedAction: "Create the account under Automation, or name one that the list there shows.",
  };
}

export function runbookNotFound(accountName: string, name: string): Explanation {
  return {
    code: "RunbookNotFound",
    message: `The automation account ${accountName} has no runbook named ${JSON.stringify(name)}.`,
    possibleCauses: "The name is misspelt, or the runbook was deleted.",
    recommendedAction: `Create the runbook in ${accountName}, or name one that its list shows.`,
  };
}

export function runbookNotPublished(name: string): Explanation {
  return {
    code: "RunbookNotPublished",
    message: `The runbook ${name} was never published; only published versions are run.`,
    possibleCauses: "It was created and has a draft, which nobody has published yet.",
    recommendedAction: "Open the runbook, test its draft, and publish it.",
  };
}
