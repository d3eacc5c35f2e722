import type { ProtectedItem } from "@/lib/domain/entities";
import type { ResynchronizationFlag } from "@/lib/domain/resynchronization";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "../context";
import { findOpenJob } from "../open-job";

export const RESYNCHRONIZATION_SCENARIO = "RepairReplication";

/**
 * The job in which people see a resynchronization: one for each flag, made once. For the flag of a check it also takes the
 * damage out of use and proves the outcome (`storesAgain`), which a job that is under way for a weaker flag does not.
 */
export async function ensureResynchronizationJob(
  context: OperationContext,
  item: Pick<ProtectedItem, "id" | "vaultId" | "machineName">,
  flag: ResynchronizationFlag,
): Promise<Job> {
  const storesAgain = flag.isolatedAt !== undefined;
  const open = await findOpenJob(context, {
    vaultId: item.vaultId,
    scenarioName: RESYNCHRONIZATION_SCENARIO,
    matches: (job) => job.targetId === item.id && (!storesAgain || job.input["storesAgain"] === true),
  });
  if (open) return open;
  return context.jobs.enqueue({
    scenarioName: RESYNCHRONIZATION_SCENARIO,
    vaultId: item.vaultId,
    input: { itemId: item.id, reason: flag.reason, storesAgain },
    target: { id: item.id, name: item.machineName, type: "ProtectionEntity" },
  });
}
