import type {
  AutomationAccount,
  AutomationVariable,
  Runbook,
  RunbookRun,
  RunbookVersion,
} from "@/lib/domain/automation";
import { nameKey, sameName } from "@/lib/domain/names";
import { goneRefusal, revisionChangedRefusal } from "@/lib/operations/ports/repository-refusals";
import type { Repositories } from "@/lib/operations/ports/repositories";
import { Table } from "./memory-table";

type Automation = Pick<Repositories, "automationAccounts" | "runbooks" | "automationVariables" | "runbookRuns">;

/** The part of the in-memory twin that automation needs. */
export function automationRepositories(): Automation {
  const accounts = new Table<AutomationAccount>("automation account", (a) => [
    [a.subscriptionId, a.resourceGroup, a.name].map(nameKey).join("/"),
  ]);
  const runbooks = new Table<Runbook>("runbook", (r) => [`${r.accountId}/${nameKey(r.name)}`]);
  const versions = new Map<string, RunbookVersion[]>();
  const variables = new Table<AutomationVariable>("variable", (v) => [`${v.accountId}/${nameKey(v.name)}`]);
  const runs = new Table<RunbookRun>("run", (r) => [`${r.key}/${r.attempt}`]);
  const change = (id: string, revision: number, changes: Partial<Runbook>): Runbook => {
    const row = runbooks.get(id);
    if (!row) throw goneRefusal("runbook", id);
    if (row.revision !== revision) throw revisionChangedRefusal(id);
    return runbooks.update(id, { ...changes, revision: revision + 1 });
  };
  const versionsOf = (runbookId: string) => structuredClone(versions.get(runbookId) ?? []);
  return {
    automationAccounts: {
      insert: async (account) => accounts.insert(account, account.name),
      get: async (id) => accounts.get(id),
      find: async (scope, name) => accounts.first((row) => inScope(scope, row) && sameName(row.name, name)),
      list: async (scope) => accounts.all((row) => inScope(scope, row)),
      update: async (id, changes) => accounts.update(id, changes),
      async delete(id) {
        accounts.delete(id);
        for (const runbook of runbooks.deleteWhere((row) => row.accountId === id)) versions.delete(runbook.id);
        variables.deleteWhere((row) => row.accountId === id);
        runs.deleteWhere((row) => row.accountId === id);
      },
    },
    runbooks: {
      insert: async (runbook) => runbooks.insert(runbook, runbook.name),
      get: async (id) => runbooks.get(id),
      find: async (accountId, name) => runbooks.first((row) => row.accountId === accountId && sameName(row.name, name)),
      list: async (accountId) => runbooks.all((row) => row.accountId === accountId),
      update: async (id, revision, changes) => change(id, revision, changes),
      async publish(revision, version) {
        const published = { publishedVersion: version.number, changedAt: version.publishedAt };
        const row = change(version.runbookId, revision, { ...published, draft: null, draftChangedAt: null });
        versions.set(version.runbookId, [...versionsOf(version.runbookId), structuredClone(version)]);
        return row;
      },
      version: async (id, number) => versionsOf(id).find((version) => version.number === number) ?? null,
      versions: async (id) => versionsOf(id),
      async delete(id) {
        runbooks.delete(id);
        versions.delete(id);
      },
    },
    automationVariables: {
      insert: async (variable) => variables.insert(variable, variable.name),
      find: async (accountId, name) =>
        variables.first((row) => row.accountId === accountId && sameName(row.name, name)),
      list: async (accountId) => variables.all((row) => row.accountId === accountId),
      update: async (id, changes) => variables.update(id, changes),
      delete: async (id) => variables.delete(id),
    },
    runbookRuns: {
      insert: async (run) => runs.insert(run, run.key),
      get: async (id) => runs.get(id),
      listByKey: async (key) => runs.all((row) => row.key === key),
      listByAccount: async (accountId, { take }) =>
        runs
          .all((row) => row.accountId === accountId)
          .reverse()
          .slice(0, take),
      update: async (id, changes) => runs.update(id, changes),
      delete: async (id) => runs.delete(id),
    },
  };
}

type Place = Pick<AutomationAccount, "subscriptionId" | "resourceGroup">;

function inScope(scope: Place, row: Place): boolean {
  return sameName(row.subscriptionId, scope.subscriptionId) && sameName(row.resourceGroup, scope.resourceGroup);
}
