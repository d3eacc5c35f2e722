import { addToHour, hourOf } from "@/lib/domain/replication-history";
import type { Repositories } from "@/lib/operations/ports/repositories";
import type { ControlDatabase } from "./database";
import { cycleRow, hourRow } from "./rows";

export function replicationHistoryRepository(database: ControlDatabase): Repositories["replicationHistory"] {
  const { read } = database;
  return {
    add: (cycle, keep) =>
      database.transaction(async (db) => {
        const { protectedItemId, objectName } = cycle;
        const known = { protectedItemId_objectName: { protectedItemId, objectName } };
        if (await db.replicationCycle.findUnique({ where: known })) return;
        await db.replicationCycle.create({ data: cycleRow.to(cycle) });
        const where = { protectedItemId_hour: { protectedItemId, hour: hourOf(cycle.registeredAt) } };
        const before = await db.replicationHour.findUnique({ where });
        const data = hourRow.to(addToHour(before === null ? null : hourRow.from(before), cycle));
        await db.replicationHour.upsert({ where, create: data, update: data });
        await db.replicationCycle.deleteMany({ where: { protectedItemId, registeredAt: { lt: keep.cycles } } });
        await db.replicationHour.deleteMany({ where: { protectedItemId, hour: { lt: keep.hours } } });
      }),
    cycles: async (protectedItemId, since) =>
      (
        await read.replicationCycle.findMany({
          where: { protectedItemId, registeredAt: { gte: since } },
          orderBy: [{ registeredAt: "asc" }, { seq: "asc" }],
        })
      ).map(cycleRow.from),
    hours: async (protectedItemId, since) =>
      (
        await read.replicationHour.findMany({
          where: { protectedItemId, hour: { gte: since } },
          orderBy: { hour: "asc" },
        })
      ).map(hourRow.from),
  };
}
