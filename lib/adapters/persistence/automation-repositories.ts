import type * as domain from "@/lib/domain/automation";
import { nameKey } from "@/lib/domain/names";
import { goneRefusal, revisionChangedRefusal } from "@/lib/operations/ports/repository-refusals";
import type { Repositories } from "@/lib/operations/ports/repositories";
import type * as db from "../../../prisma/generated/client";
import type { ControlDatabase } from "./database";
import { defined } from "./defined";
import { scopeKey } from "./rows";
import { translated } from "./translate-errors";

const inOrder = { seq: "asc" } as const;
const present = <Row, Noun>(row: Row | null, from: (row: Row) => Noun): Noun | null =>
  row === null ? null : from(row);

const accountOf = ({ seq: _seq, scopeKey: _scope, nameKey: _key, ...row }: db.AutomationAccount) =>
  row satisfies domain.AutomationAccount;
const runbookOf = ({ seq: _seq, nameKey: _key, ...row }: db.Runbook): domain.Runbook => ({
  ...row,
  kind: row.kind as domain.RunbookKind,
});
const variableOf = ({ seq: _seq, nameKey: _key, ...row }: db.AutomationVariable): domain.AutomationVariable => row;
const runOf = ({ seq: _seq, problemJson, ...row }: db.RunbookRun): domain.RunbookRun => ({
  ...row,
  kind: row.kind as domain.RunbookKind,
  state: row.state as domain.RunbookRunState,
  outputBytes: row.outputBytes === null ? null : Number(row.outputBytes),
  problem: problemJson === null ? null : (JSON.parse(problemJson) as domain.RunbookRun["problem"]),
});

export function automationAccountRepository(database: ControlDatabase): Repositories["automationAccounts"] {
  const { read } = database;
  return {
    insert: async (account) =>
      translated({ kind: "automation account", name: account.name }, async () => {
        const data = { ...account, scopeKey: scopeKey(account), nameKey: nameKey(account.name) };
        await database.write((db) => db.automationAccount.create({ data }));
      }),
    get: async (id) => present(await read.automationAccount.findUnique({ where: { id } }), accountOf),
    async find(scope, name) {
      const where = { scopeKey_nameKey: { scopeKey: scopeKey(scope), nameKey: nameKey(name) } };
      return present(await read.automationAccount.findUnique({ where }), accountOf);
    },
    list: async (scope) =>
      (await read.automationAccount.findMany({ where: { scopeKey: scopeKey(scope) }, orderBy: inOrder })).map(
        accountOf,
      ),
    update: async (id, changes) =>
      translated({ kind: "automation account", name: id }, async () =>
        accountOf(await database.write((db) => db.automationAccount.update({ where: { id }, data: defined(changes) }))),
      ),
    delete: async (id) => void (await database.write((db) => db.automationAccount.deleteMany({ where: { id } }))),
  };
}

export function runbookRepository(database: ControlDatabase): Repositories["runbooks"] {
  const { read } = database;
  /** Writes only while the revision is the expected one, together with `also`. */
  const change = (id: string, revision: number, data: object, also?: domain.RunbookVersion): Promise<domain.Runbook> =>
    database.transaction(async (db) => {
      const { count } = await db.runbook.updateMany({
        where: { id, revision },
        data: { ...data, revision: revision + 1 },
      });
      const row = await db.runbook.findUnique({ where: { id } });
      if (row === null) throw goneRefusal("runbook", id);
      if (count === 0) throw revisionChangedRefusal(id);
      if (also) await db.runbookVersion.create({ data: also });
      return runbookOf(row);
    });
  return {
    insert: async (runbook) =>
      translated({ kind: "runbook", name: runbook.name }, async () => {
        await database.write((db) => db.runbook.create({ data: { ...runbook, nameKey: nameKey(runbook.name) } }));
      }),
    get: async (id) => present(await read.runbook.findUnique({ where: { id } }), runbookOf),
    async find(accountId, name) {
      const where = { accountId_nameKey: { accountId, nameKey: nameKey(name) } };
      return present(await read.runbook.findUnique({ where }), runbookOf);
    },
    list: async (accountId) => (await read.runbook.findMany({ where: { accountId }, orderBy: inOrder })).map(runbookOf),
    update: (id, revision, changes) => change(id, revision, defined(changes)),
    publish: (revision, version) =>
      change(
        version.runbookId,
        revision,
        {
          publishedVersion: version.number,
          draft: null,
          draftChangedAt: null,
          changedAt: version.publishedAt,
        },
        version,
      ),
    version: (runbookId, number) =>
      read.runbookVersion.findUnique({ where: { runbookId_number: { runbookId, number } } }),
    versions: (runbookId) => read.runbookVersion.findMany({ where: { runbookId }, orderBy: { number: "asc" } }),
    delete: async (id) => void (await database.write((db) => db.runbook.deleteMany({ where: { id } }))),
  };
}

export function automationVariableRepository(database: ControlDatabase): Repositories["automationVariables"] {
  const { read } = database;
  return {
    insert: async (variable) =>
      translated({ kind: "variable", name: variable.name }, async () => {
        const data = { ...variable, nameKey: nameKey(variable.name) };
        await database.write((db) => db.automationVariable.create({ data }));
      }),
    async find(accountId, name) {
      const where = { accountId_nameKey: { accountId, nameKey: nameKey(name) } };
      return present(await read.automationVariable.findUnique({ where }), variableOf);
    },
    list: async (accountId) =>
      (await read.automationVariable.findMany({ where: { accountId }, orderBy: inOrder })).map(variableOf),
    update: async (id, changes) =>
      translated({ kind: "variable", name: id }, async () =>
        variableOf(
          await database.write((db) => db.automationVariable.update({ where: { id }, data: defined(changes) })),
        ),
      ),
    delete: async (id) => void (await database.write((db) => db.automationVariable.deleteMany({ where: { id } }))),
  };
}

export function runbookRunRepository(database: ControlDatabase): Repositories["runbookRuns"] {
  const { read } = database;
  const problemJson = (problem: domain.RunbookRun["problem"]) => (problem === null ? null : JSON.stringify(problem));
  return {
    insert: async ({ problem, outputBytes, ...run }) =>
      translated({ kind: "run", name: run.key }, async () => {
        const bytes = outputBytes === null ? null : BigInt(outputBytes);
        const data = { ...run, outputBytes: bytes, problemJson: problemJson(problem) };
        await database.write((db) => db.runbookRun.create({ data }));
      }),
    get: async (id) => present(await read.runbookRun.findUnique({ where: { id } }), runOf),
    listByKey: async (key) => (await read.runbookRun.findMany({ where: { key }, orderBy: inOrder })).map(runOf),
    listByAccount: async (accountId, { take }) =>
      (await read.runbookRun.findMany({ where: { accountId }, orderBy: { seq: "desc" }, take })).map(runOf),
    update: async (id, { problem, outputBytes, ...changes }) =>
      translated({ kind: "run", name: id }, async () => {
        const data = {
          ...defined(changes),
          ...(problem === undefined ? {} : { problemJson: problemJson(problem) }),
          ...(outputBytes === undefined ? {} : { outputBytes: outputBytes === null ? null : BigInt(outputBytes) }),
        };
        return runOf(await database.write((db) => db.runbookRun.update({ where: { id }, data })));
      }),
    delete: async (id) => void (await database.write((db) => db.runbookRun.deleteMany({ where: { id } }))),
  };
}
