import { AUTOMATION_API_VERSIONS, OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import type { AutomationAccount, Runbook, RunbookRun } from "@/lib/domain/automation";
import { requireAccount, requireRunbook } from "@/lib/operations/automation/find-automation";
import { requireRun } from "@/lib/operations/automation/read-runs";
import { RESOURCE_GROUP } from "../paths";
import { scopeOf } from "../resolve";
import type { Call } from "../route";

export const ACCOUNTS = `${RESOURCE_GROUP}/providers/Microsoft.Automation/automationAccounts` as const;
export const ACCOUNT = `${ACCOUNTS}/{automationAccountName}` as const;
export const RUNBOOK = `${ACCOUNT}/runbooks/{runbookName}` as const;
export const JOB = `${ACCOUNT}/jobs/{jobName}` as const;
export const apiVersions: readonly string[] = [...AUTOMATION_API_VERSIONS, ...OWN_API_VERSIONS];

export type AccountParams = "subscriptionId" | "resourceGroupName" | "automationAccountName";

export function accountOf(call: Call<AccountParams, unknown>): Promise<AutomationAccount> {
  return requireAccount(call.context, scopeOf(call.params), call.params.automationAccountName);
}

export async function runbookOf(
  call: Call<AccountParams | "runbookName", unknown>,
): Promise<{ readonly account: AutomationAccount; readonly runbook: Runbook }> {
  const account = await accountOf(call);
  return { account, runbook: await requireRunbook(call.context, account, call.params.runbookName) };
}

export async function runOf(
  call: Call<AccountParams | "jobName", unknown>,
): Promise<{ readonly account: AutomationAccount; readonly run: RunbookRun }> {
  const account = await accountOf(call);
  return { account, run: await requireRun(call.context, account, call.params.jobName) };
}
