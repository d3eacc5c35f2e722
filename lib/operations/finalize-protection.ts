import type { ProtectedItem } from "@/lib/domain/entities";
import type { OperationContext } from "./context";

export const FINALIZE_SCENARIO = "IrCompletion";
const OPEN = ["NotStarted", "InProgress", "Suspended"] as const;

/** The job that waits for initial replication and finalizes protection: started once, again when it was lost or cancelled. */
export async function ensureFinalizeJob(context: OperationContext, item: ProtectedItem): Promise<void> {
  if (item.state !== "UnprotectedStatesBegin" || (await openFinalizeJobs(context, item)).length > 0) return;
  await context.jobs.enqueue({
    scenarioName: FINALIZE_SCENARIO,
    vaultId: item.vaultId,
    input: { itemId: item.id },
    target: { id: item.id, name: item.machineName, type: "ProtectionEntity" },
  });
}

export async function openFinalizeJobs(context: OperationContext, item: Pick<ProtectedItem, "id">): Promise<string[]> {
  const query = { targetId: item.id, scenarioNames: [FINALIZE_SCENARIO], states: OPEN };
  return (await context.jobs.list(query)).map((job) => job.id);
}
