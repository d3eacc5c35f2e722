import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { providerArmId } from "@/lib/contract/arm-id";
import { AutomationAccountCreation, AutomationAccountResource, RunbookInterpreters } from "@/lib/contract/automation";
import { listOf } from "@/lib/contract/portal";
import { RUNBOOK_LIMITS, type AutomationAccount } from "@/lib/domain/automation";
import { deleteAccount } from "@/lib/operations/automation/delete-account";
import { writeAccount } from "@/lib/operations/automation/write-account";
import type { OperationContext } from "@/lib/operations/context";
import { created, list, noContent, ok } from "../answers";
import { OWN } from "../paths";
import { refuseWhenNotNew } from "../preconditions";
import { presentAccount, runbookType } from "../presenters/automation";
import { scopeOf } from "../resolve";
import { route, type Route } from "../route";
import { ACCOUNT, accountOf, ACCOUNTS, apiVersions } from "./automation-paths";

async function present(context: OperationContext, account: AutomationAccount): Promise<AutomationAccountResource> {
  return presentAccount(account, (await context.repositories.runbooks.list(account.id)).length);
}

export const automationAccountRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: ACCOUNTS,
    summary: "Lists automation accounts: they hold runbooks and their variables.",
    apiVersions,
    answer: listOf(AutomationAccountResource),
    async handle({ context, params }) {
      const accounts = await context.repositories.automationAccounts.list(scopeOf(params));
      return list(await Promise.all(accounts.map((account) => present(context, account))));
    },
  }),
  route({
    method: "GET",
    path: ACCOUNT,
    summary: "Gets an automation account.",
    apiVersions,
    answer: AutomationAccountResource,
    handle: async (call) => ok(await present(call.context, await accountOf(call))),
  }),
  route({
    method: "PUT",
    path: ACCOUNT,
    summary: "Creates an automation account.",
    apiVersions,
    body: AutomationAccountCreation,
    answer: AutomationAccountResource,
    async handle(call) {
      const { context, params, body } = call;
      // Before it is written: who wanted a new one must not have changed the one that exists.
      const existing = await context.repositories.automationAccounts.find(
        scopeOf(params),
        params.automationAccountName,
      );
      if (existing) refuseWhenNotNew(call, "automation account", existing.name, "automationAccountName");
      const made = await writeAccount(context, {
        ...scopeOf(params),
        name: params.automationAccountName,
        location: body.location,
        description: body.properties?.description ?? null,
      });
      return (made.created ? created : ok)(await present(context, made.account));
    },
  }),
  route({
    method: "DELETE",
    path: ACCOUNT,
    summary: "Deletes an automation account with its runbooks. Refused while a recovery plan names one of them.",
    apiVersions,
    async handle({ context, params }) {
      const account = await context.repositories.automationAccounts.find(scopeOf(params), params.automationAccountName);
      if (account) await deleteAccount(context, account);
      return noContent();
    },
  }),
  route({
    method: "GET",
    path: `${OWN}/runbookInterpreters`,
    summary: "Which languages runbooks can be written in on this machine, and what keeps them within their bounds.",
    apiVersions: OWN_API_VERSIONS,
    answer: RunbookInterpreters,
    async handle({ context, params }) {
      const interpreters = await context.runbooks.interpreters();
      return ok({
        id: providerArmId(scopeOf(params), "Secondsite.Recovery", "runbookInterpreters", "default"),
        name: "default",
        type: "Secondsite.Recovery/runbookInterpreters",
        properties: {
          interpreters: interpreters.map(({ kind, ...found }) => ({ runbookType: runbookType(kind), ...found })),
          protection: { ...(await context.runbooks.protection()) } as RunbookInterpreters["properties"]["protection"],
          limits: RUNBOOK_LIMITS,
        },
      } satisfies RunbookInterpreters);
    },
  }),
];
