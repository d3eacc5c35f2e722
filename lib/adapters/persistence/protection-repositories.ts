import { nameKey } from "@/lib/domain/names";
import { goneRefusal, revisionChangedRefusal } from "@/lib/operations/ports/repository-refusals";
import type { Repositories } from "@/lib/operations/ports/repositories";
import type { ControlDatabase } from "./database";
import { defined } from "./defined";
import { eventRow, itemRow, jsonChange, planRow, pointRow, resynchronizationRow } from "./rows";
import { translated } from "./translate-errors";

const inOrder = { seq: "asc" } as const;
const present = <Row, Noun>(row: Row | null, from: (row: Row) => Noun): Noun | null =>
  row === null ? null : from(row);
/** Free, or held by this very job: a step that is repeated finds its own hold. */
const holdable = (jobId: string) => ({ OR: [{ heldByJobId: null }, { heldByJobId: jobId }] });

export function protectedItemRepository(database: ControlDatabase): Repositories["protectedItems"] {
  const { read } = database;
  const list = async (where: { vaultId?: string; fabricId?: string; providerId?: string; policyId?: string }) =>
    (await read.protectedItem.findMany({ where, orderBy: inOrder })).map(itemRow.from);
  return {
    insert: async (item) =>
      translated({ kind: "protected item", name: item.name }, async () => {
        await database.write((db) => db.protectedItem.create({ data: itemRow.to(item) }));
      }),
    get: async (id) => present(await read.protectedItem.findUnique({ where: { id } }), itemRow.from),
    find: async (fabricId, name) =>
      present(
        await read.protectedItem.findUnique({ where: { fabricId_nameKey: { fabricId, nameKey: nameKey(name) } } }),
        itemRow.from,
      ),
    findByMachine: async (fabricId, machineId) =>
      present(
        await read.protectedItem.findUnique({ where: { fabricId_machineId: { fabricId, machineId } } }),
        itemRow.from,
      ),
    listByVault: (vaultId) => list({ vaultId }),
    listByFabric: (fabricId) => list({ fabricId }),
    listByProvider: (providerId) => list({ providerId }),
    listByPolicy: (policyId) => list({ policyId }),
    update: (id, expectedRevision, { diskIds, target, replicationError, evidence, ...changes }) =>
      database.transaction(async (db) => {
        const data = {
          ...defined(changes),
          ...jsonChange("diskIdsJson", diskIds),
          ...jsonChange("targetJson", target),
          ...jsonChange("evidenceJson", evidence),
          ...(replicationError === null
            ? { replicationErrorJson: null }
            : jsonChange("replicationErrorJson", replicationError)),
          revision: expectedRevision + 1,
        };
        const { count } = await db.protectedItem.updateMany({ where: { id, revision: expectedRevision }, data });
        const row = await db.protectedItem.findUnique({ where: { id } });
        if (!row) throw goneRefusal("protected item", id);
        if (count === 0) throw revisionChangedRefusal(id);
        return itemRow.from(row);
      }),
    async hold(id, jobId) {
      const where = { id, ...holdable(jobId) };
      const held = await database.write((db) => db.protectedItem.updateMany({ where, data: { heldByJobId: jobId } }));
      return held.count === 1;
    },
    release: async (id, jobId) =>
      void (await database.write((db) =>
        db.protectedItem.updateMany({ where: { id, heldByJobId: jobId }, data: { heldByJobId: null } }),
      )),
    delete: async (id) => void (await database.write((db) => db.protectedItem.deleteMany({ where: { id } }))),
  };
}

export function resynchronizationRepository(database: ControlDatabase): Repositories["resynchronizations"] {
  return {
    get: async (protectedItemId) =>
      resynchronizationRow.from(await database.read.resynchronization.findUnique({ where: { protectedItemId } })),
    change: (protectedItemId, decide) =>
      database.transaction(async (db) => {
        const current = resynchronizationRow.from(
          await db.resynchronization.findUnique({ where: { protectedItemId } }),
        );
        const wanted = decide(current);
        if (wanted === null) return current;
        const data = resynchronizationRow.to(wanted);
        await db.resynchronization.upsert({
          where: { protectedItemId },
          create: { protectedItemId, ...data },
          update: data,
        });
        return wanted;
      }),
  };
}

export function recoveryPointRepository(database: ControlDatabase): Repositories["recoveryPoints"] {
  const { read } = database;
  const oldestFirst = [{ at: "asc" as const }, inOrder];
  const newestFirst = [{ at: "desc" as const }, { seq: "desc" as const }];
  return {
    insert: (point) =>
      database.transaction(async (db) => {
        const { protectedItemId, objectName } = point;
        const where = { protectedItemId_objectName: { protectedItemId, objectName } };
        const known = await db.recoveryPoint.findUnique({ where });
        return pointRow.from(known ?? (await db.recoveryPoint.create({ data: pointRow.to(point) })));
      }),
    get: async (id) => present(await read.recoveryPoint.findUnique({ where: { id } }), pointRow.from),
    list: async (protectedItemId) =>
      (await read.recoveryPoint.findMany({ where: { protectedItemId }, orderBy: oldestFirst })).map(pointRow.from),
    newest: async (protectedItemId) =>
      present(await read.recoveryPoint.findFirst({ where: { protectedItemId }, orderBy: newestFirst }), pointRow.from),
    newestOf: async (protectedItemId, take) =>
      (await read.recoveryPoint.findMany({ where: { protectedItemId }, orderBy: newestFirst, take })).map(
        pointRow.from,
      ),
    newestQuiesced: async (protectedItemId) => {
      const asked = [{ kind: "ApplicationConsistent" }, { quiesceProblemJson: { not: null } }];
      const where = { protectedItemId, OR: asked };
      return present(await read.recoveryPoint.findFirst({ where, orderBy: newestFirst }), pointRow.from);
    },
    listByGroupStamp: async (groupStamp) =>
      (await read.recoveryPoint.findMany({ where: { groupStamp }, orderBy: inOrder })).map(pointRow.from),
    delete: async (id) => void (await database.write((db) => db.recoveryPoint.deleteMany({ where: { id } }))),
  };
}

export function recoveryPlanRepository(database: ControlDatabase): Repositories["recoveryPlans"] {
  const { read } = database;
  return {
    insert: async (plan) =>
      translated({ kind: "recovery plan", name: plan.name }, async () => {
        await database.write((db) => db.recoveryPlan.create({ data: planRow.to(plan) }));
      }),
    get: async (id) => present(await read.recoveryPlan.findUnique({ where: { id } }), planRow.from),
    find: async (vaultId, name) =>
      present(
        await read.recoveryPlan.findUnique({ where: { vaultId_nameKey: { vaultId, nameKey: nameKey(name) } } }),
        planRow.from,
      ),
    list: async (vaultId) =>
      (await read.recoveryPlan.findMany({ where: { vaultId }, orderBy: inOrder })).map(planRow.from),
    update: (id, expectedRevision, { groups, ...changes }) =>
      database.transaction(async (db) => {
        const data = { ...defined(changes), ...jsonChange("groupsJson", groups), revision: expectedRevision + 1 };
        const { count } = await db.recoveryPlan.updateMany({ where: { id, revision: expectedRevision }, data });
        const row = await db.recoveryPlan.findUnique({ where: { id } });
        if (!row) throw goneRefusal("recovery plan", id);
        if (count === 0) throw revisionChangedRefusal(id);
        return planRow.from(row);
      }),
    async hold(id, jobId) {
      const where = { id, ...holdable(jobId) };
      const held = await database.write((db) => db.recoveryPlan.updateMany({ where, data: { heldByJobId: jobId } }));
      return held.count === 1;
    },
    release: async (id, jobId) =>
      void (await database.write((db) =>
        db.recoveryPlan.updateMany({ where: { id, heldByJobId: jobId }, data: { heldByJobId: null } }),
      )),
    delete: async (id) => void (await database.write((db) => db.recoveryPlan.deleteMany({ where: { id } }))),
  };
}

export function eventRepository(database: ControlDatabase): Repositories["events"] {
  const { read } = database;
  return {
    insert: async (event) =>
      translated({ kind: "event", name: event.id }, async () => {
        await database.write((db) => db.vaultEvent.create({ data: eventRow.to(event) }));
      }),
    get: async (id) => present(await read.vaultEvent.findUnique({ where: { id } }), eventRow.from),
    list: async (vaultId, { take }) =>
      (await read.vaultEvent.findMany({ where: { vaultId }, orderBy: [{ at: "desc" }, { seq: "desc" }], take })).map(
        eventRow.from,
      ),
  };
}
