import type { AutomationAccount } from "@/lib/domain/automation";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { refuseWhileAccountInUse } from "./automation-in-use";

/** Deletes an account with its runbooks, variables and what is kept of its runs. @throws Refusal AutomationInUse */
export async function deleteAccount(context: OperationContext, account: AutomationAccount): Promise<void> {
  await refuseWhileAccountInUse(context, account);
  // Outputs first: once the account is gone nothing leads to them any more.
  for (const run of await context.repositories.runbookRuns.listByAccount(account.id, { take: 1_000 })) {
    await context.runbooks.forget(run.id);
  }
  await context.repositories.automationAccounts.delete(account.id);
  announce(context, null, "automationAccounts", account.name);
}
