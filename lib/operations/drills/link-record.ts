import type { OperationContext } from "../context";

/** The record of a test says which drill started it. There may be no record of it. Repeatable. */
export async function linkRecord(context: OperationContext, testJobId: string, drillId: string): Promise<void> {
  const record = await context.repositories.failoverRecords.get(testJobId);
  if (record && record.drillId !== drillId) await context.repositories.failoverRecords.put({ ...record, drillId });
}
