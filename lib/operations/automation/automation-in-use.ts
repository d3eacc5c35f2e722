import type { AutomationAccount, RunbookRun } from "@/lib/domain/automation";
import { hasRunEnded } from "@/lib/domain/automation-rules";
import { sameName } from "@/lib/domain/names";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";

/** What a plan's action names, as far as it names something of automation. */
interface Named {
  readonly plan: string;
  readonly accountName: string;
  readonly runbookName: string | null;
  readonly variableName: string | null;
}

/** @throws Refusal AutomationInUse while a recovery plan names the runbook, or it runs */
export async function refuseWhileRunbookInUse(
  context: OperationContext,
  account: AutomationAccount,
  runbookName: string,
): Promise<void> {
  const running = (await runningNow(context, account)).filter((run) => sameName(run.runbookName, runbookName));
  const named = await namedByPlans(context, account);
  const users = named.filter((one) => one.runbookName !== null && sameName(one.runbookName, runbookName));
  refuse(`The runbook ${runbookName}`, [...plansOf(users), ...running.map(asUser)]);
}

/** @throws Refusal AutomationInUse while a recovery plan signs a webhook with the variable */
export async function refuseWhileVariableInUse(
  context: OperationContext,
  account: AutomationAccount,
  variableName: string,
): Promise<void> {
  const named = await namedByPlans(context, account);
  const users = named.filter((one) => one.variableName !== null && sameName(one.variableName, variableName));
  refuse(`The variable ${variableName}`, plansOf(users));
}

/** @throws Refusal AutomationInUse while a recovery plan names anything of it, or one of its runbooks runs */
export async function refuseWhileAccountInUse(context: OperationContext, account: AutomationAccount): Promise<void> {
  const running = await runningNow(context, account);
  const plans = plansOf(await namedByPlans(context, account));
  refuse(`The automation account ${account.name}`, [...plans, ...running.map(asUser)]);
}

async function runningNow(context: OperationContext, account: AutomationAccount): Promise<RunbookRun[]> {
  const runs = await context.repositories.runbookRuns.listByAccount(account.id, { take: 1_000 });
  return runs.filter((run) => !hasRunEnded(run));
}

const asUser = (run: RunbookRun): string => `a run of ${run.runbookName} that has not ended`;

/** Plans of the vaults in the account's resource group: only there can they name it. */
async function namedByPlans(context: OperationContext, account: AutomationAccount): Promise<Named[]> {
  const { vaults, recoveryPlans } = context.repositories;
  const { subscriptionId, resourceGroup } = account;
  const named: Named[] = [];
  for (const vault of await vaults.list({ subscriptionId, resourceGroup })) {
    for (const plan of await recoveryPlans.list(vault.id)) {
      const actions = plan.groups.flatMap((group) => [...group.startActions, ...group.endActions]);
      const what = `the recovery plan ${plan.name} of the vault ${vault.name}`;
      named.push(...actions.flatMap(({ details }) => namedBy(details, what)));
    }
  }
  return named.filter((one) => sameName(one.accountName, account.name));
}

/** Reads what actions look like without knowing every kind of them. */
function namedBy(details: object, plan: string): Named[] {
  const { accountName, runbookName, secret } = details as {
    readonly accountName?: unknown;
    readonly runbookName?: unknown;
    readonly secret?: { readonly accountName?: unknown; readonly variableName?: unknown } | null;
  };
  const runbook =
    typeof accountName === "string" && typeof runbookName === "string"
      ? [{ plan, accountName, runbookName, variableName: null }]
      : [];
  const variable =
    typeof secret?.accountName === "string" && typeof secret.variableName === "string"
      ? [{ plan, accountName: secret.accountName, runbookName: null, variableName: secret.variableName }]
      : [];
  return [...runbook, ...variable];
}

const plansOf = (named: readonly Named[]): string[] => [...new Set(named.map((one) => one.plan))];

function refuse(what: string, users: readonly string[]): void {
  if (users.length === 0) return;
  throw new Refusal("conflict", {
    code: "AutomationInUse",
    message: `${what} is used by ${users.join(", ")}.`,
    possibleCauses: "An action names it, or a job has not ended yet.",
    recommendedAction: "Remove the action from the plan, or wait for the job; then delete it.",
  });
}
