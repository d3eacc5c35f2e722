import type { RunbookKind } from "@/lib/domain/automation";
import { requestedVariables } from "@/lib/domain/automation-rules";
import type { Vault } from "@/lib/domain/entities";
import type { Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { accountNotFound, runbookNotFound, runbookNotPublished } from "./find-automation";
import { variableNotFound } from "./variables-of-runbook";

/** Where the key of a webhook's signature is kept: an encrypted variable. */
export interface WebhookSecret {
  readonly accountName: string;
  readonly variableName: string;
}

/**
 * Why a plan could not run a runbook now: unknown, never published, without interpreter, or without a variable that it asks
 * for. Null when it could. Changes nothing.
 */
export async function runbookProblem(
  context: OperationContext,
  vault: Vault,
  accountName: string,
  runbookName: string,
): Promise<Explanation | null> {
  const { automationAccounts, runbooks, automationVariables } = context.repositories;
  const account = await automationAccounts.find(vault, accountName);
  if (!account) return accountNotFound(accountName);
  const runbook = await runbooks.find(account.id, runbookName);
  if (!runbook) return runbookNotFound(account.name, runbookName);
  const number = runbook.publishedVersion;
  const version = number === null ? null : await runbooks.version(runbook.id, number);
  if (!version) return runbookNotPublished(runbook.name);
  for (const name of requestedVariables(version.text)) {
    if (!(await automationVariables.find(account.id, name))) return variableNotFound(account.name, name);
  }
  return interpreterMissing(context, runbook.kind);
}

/** Null when what runs runbooks of this kind is installed. */
export async function interpreterMissing(context: OperationContext, kind: RunbookKind): Promise<Explanation | null> {
  const found = (await context.runbooks.interpreters()).find((interpreter) => interpreter.kind === kind);
  if (found && found.path !== null) return null;
  return {
    code: "RunbookInterpreterMissing",
    message: `Nothing on this machine runs runbooks in ${kind}.`,
    possibleCauses: "The interpreter is not installed, or only for another user.",
    recommendedAction: found?.installAdvice ?? "Write the runbook in another language.",
  };
}

/** Why a plan could not call a webhook: a bad address, or a secret that is not there. Null when it could. Sends nothing. */
export async function webhookProblem(
  context: OperationContext,
  vault: Vault,
  url: string,
  secret: WebhookSecret | null,
): Promise<Explanation | null> {
  const flaw = addressFlaw(url);
  if (flaw !== null) return invalidAddress(url, flaw);
  if (secret === null) return null;
  const account = await context.repositories.automationAccounts.find(vault, secret.accountName);
  if (!account) return accountNotFound(secret.accountName);
  const variable = await context.repositories.automationVariables.find(account.id, secret.variableName);
  if (!variable) return variableNotFound(account.name, secret.variableName);
  if (variable.isEncrypted) return null;
  return {
    code: "WebhookSecretNotEncrypted",
    message: `The variable ${variable.name} is not encrypted: anybody who can open the portal can read it.`,
    possibleCauses: "It was created as a plain variable.",
    recommendedAction: "Create an encrypted variable for the key of the signature.",
  };
}

function addressFlaw(url: string): string | null {
  if (!URL.canParse(url)) return "It is not an address such as https://example.com/hook.";
  const { protocol, username, password } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return "Only https and http can be called.";
  if (username !== "" || password !== "")
    return "It holds a user name or a password, which would be shown with the plan.";
  return null;
}

function invalidAddress(url: string, flaw: string): Explanation {
  return {
    code: "InvalidWebhookAddress",
    message: `${JSON.stringify(url.slice(0, 120))} cannot be called.`,
    possibleCauses: flaw,
    recommendedAction: "Give an https address; use an encrypted variable as the key of the signature.",
  };
}
