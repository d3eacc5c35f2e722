import type { FailoverRecord } from "@/lib/domain/failover-record";
import type { Repositories } from "@/lib/operations/ports/repositories";
import type { ControlDatabase } from "./database";

export function failoverRecordRepository(database: ControlDatabase): Repositories["failoverRecords"] {
  return {
    put: async (record) => {
      const { id, vaultId, times } = record;
      const row = { id, vaultId, declaredAt: times.declaredAt, recordJson: JSON.stringify(record) };
      await database.write((client) => client.failoverRecord.upsert({ where: { id }, create: row, update: row }));
    },
    get: async (id) => {
      const row = await database.read.failoverRecord.findUnique({ where: { id } });
      return row === null ? null : recordOf(row);
    },
    list: async (vaultId, { since, take } = {}) => {
      const rows = await database.read.failoverRecord.findMany({
        where: { vaultId, ...(since === undefined ? {} : { declaredAt: { gte: since } }) },
        orderBy: [{ declaredAt: "desc" }, { seq: "desc" }],
        ...(take === undefined ? {} : { take }),
      });
      return rows.map(recordOf);
    },
  };
}

function recordOf(row: { readonly recordJson: string }): FailoverRecord {
  return JSON.parse(row.recordJson) as FailoverRecord;
}
