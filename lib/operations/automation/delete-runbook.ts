import type { AutomationAccount, Runbook } from "@/lib/domain/automation";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { refuseWhileRunbookInUse } from "./automation-in-use";

/** Deletes a runbook with its versions; what it has run stays listed. @throws Refusal AutomationInUse */
export async function deleteRunbook(
  context: OperationContext,
  account: AutomationAccount,
  runbook: Runbook,
): Promise<void> {
  await refuseWhileRunbookInUse(context, account, runbook.name);
  await context.repositories.runbooks.delete(runbook.id);
  announce(context, null, "runbooks", runbook.name);
}
