import type { Drill, DrillRun } from "@/lib/domain/drill";
import type { OperationContext } from "../context";

export function newDrillRun(
  context: Pick<OperationContext, "random">,
  drill: Pick<Drill, "id" | "vaultId">,
  of: Pick<DrillRun, "occurrence" | "startedBy" | "dueAt"> &
    Partial<Pick<DrillRun, "id" | "state" | "reason" | "endedAt">>,
): DrillRun {
  return {
    ...{ id: context.random.uuid(), vaultId: drill.vaultId, drillId: drill.id, jobId: context.random.uuid() },
    ...{ state: "Scheduled", testJobId: null, cleanupJobId: null, startedAt: null, endedAt: null },
    ...{ holdUntil: null, waitsFor: null, reason: null },
    ...of,
  };
}
