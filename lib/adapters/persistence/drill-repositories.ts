import { hasDrillRunEnded, DRILL_RUN_STATES, type Drill, type DrillRun } from "@/lib/domain/drill";
import { nameKey } from "@/lib/domain/names";
import { Refusal } from "@/lib/kernel/fault";
import { goneRefusal, revisionChangedRefusal } from "@/lib/operations/ports/repository-refusals";
import type { Repositories } from "@/lib/operations/ports/repositories";
import type { ControlDatabase } from "./database";
import { defined } from "./defined";
import { translated } from "./translate-errors";

const OPEN = DRILL_RUN_STATES.filter((state) => !hasDrillRunEnded(state));

export function drillRepository(database: ControlDatabase): Repositories["drills"] {
  const { read } = database;
  const orNull = (row: { readonly drillJson: string } | null) => (row === null ? null : drillOf(row));
  return {
    insert: async (drill) =>
      translated({ kind: "drill", name: drill.name }, async () => {
        const { id, vaultId, name, revision } = drill;
        const data = { id, vaultId, nameKey: nameKey(name), revision, drillJson: JSON.stringify(drill) };
        await database.write((db) => db.drill.create({ data }));
      }),
    get: async (id) => orNull(await read.drill.findUnique({ where: { id } })),
    find: async (vaultId, name) =>
      orNull(await read.drill.findUnique({ where: { vaultId_nameKey: { vaultId, nameKey: nameKey(name) } } })),
    list: async (vaultId) => (await read.drill.findMany({ where: { vaultId }, orderBy: { seq: "asc" } })).map(drillOf),
    listAll: async () => (await read.drill.findMany({ orderBy: { seq: "asc" } })).map(drillOf),
    update: (id, expectedRevision, changes) =>
      database.transaction(async (db) => {
        const row = await db.drill.findUnique({ where: { id } });
        if (!row) throw goneRefusal("drill", id);
        if (row.revision !== expectedRevision) throw revisionChangedRefusal(id);
        const changed: Drill = { ...drillOf(row), ...defined(changes), revision: expectedRevision + 1 };
        const data = { revision: changed.revision, drillJson: JSON.stringify(changed) };
        await db.drill.update({ where: { id }, data });
        return changed;
      }),
    delete: async (id) => void (await database.write((db) => db.drill.deleteMany({ where: { id } }))),
  };
}

export function drillRunRepository(database: ControlDatabase): Repositories["drillRuns"] {
  const { read } = database;
  return {
    async insert(run) {
      const { id, drillId, occurrence, startedBy, dueAt, state } = run;
      const data = { id, drillId, occurrence, startedBy, dueAt, state, runJson: JSON.stringify(run) };
      try {
        // The database decides, not a look before it: another process may be making the same run now.
        await translated({ kind: "run of a drill", name: occurrence }, async () => {
          await database.write((db) => db.drillRun.create({ data }));
        });
        return true;
      } catch (error) {
        if (error instanceof Refusal && error.code === "NameTaken") return false;
        throw error;
      }
    },
    get: async (id) => {
      const row = await read.drillRun.findUnique({ where: { id } });
      return row === null ? null : runOf(row);
    },
    list: async (drillId, { take } = {}) => {
      const rows = await read.drillRun.findMany({
        where: { drillId },
        orderBy: [{ dueAt: "desc" }, { seq: "desc" }],
        ...(take === undefined ? {} : { take }),
      });
      return rows.map(runOf);
    },
    listOpen: async () =>
      (await read.drillRun.findMany({ where: { state: { in: OPEN } }, orderBy: { seq: "asc" } })).map(runOf),
    newestScheduled: async (drillId, until) => {
      const where = { drillId, startedBy: "Schedule", dueAt: { lte: until } };
      return (await read.drillRun.findFirst({ where, orderBy: { dueAt: "desc" } }))?.dueAt ?? null;
    },
    change: (id, from, changes) =>
      database.transaction(async (db) => {
        const row = await db.drillRun.findUnique({ where: { id } });
        const run = row === null ? null : runOf(row);
        if (run === null || !from.includes(run.state)) return null;
        const changed: DrillRun = { ...run, ...defined(changes) };
        const { state, startedBy } = changed;
        await db.drillRun.update({ where: { id }, data: { state, startedBy, runJson: JSON.stringify(changed) } });
        return changed;
      }),
    delete: async (ids) =>
      void (await database.write((db) => db.drillRun.deleteMany({ where: { id: { in: [...ids] } } }))),
  };
}

function drillOf(row: { readonly drillJson: string }): Drill {
  return JSON.parse(row.drillJson) as Drill;
}

function runOf(row: { readonly runJson: string }): DrillRun {
  return JSON.parse(row.runJson) as DrillRun;
}
