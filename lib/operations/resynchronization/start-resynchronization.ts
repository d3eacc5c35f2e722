import type { ProtectedItem } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "../context";
import { requireAllowed } from "../hold-protected-item";
import { flagResynchronization } from "./flag-resynchronization";
import { ensureResynchronizationJob } from "./resynchronization-job-of";

/**
 * A person wants the machine compared with its last point, flagged or not, whatever hours and mode say. Does not hold the
 * item: a failover must not wait for it.
 * @throws Refusal RepairReplicationNotAllowed
 */
export async function startResynchronization(context: OperationContext, item: ProtectedItem): Promise<Job> {
  await requireAllowed(context, item, "RepairReplication");
  const flag = await flagResynchronization(context, item, {
    reason: "Somebody asked for it.",
    flaggedBy: "User",
    compareWith: "LastPoint",
  });
  return ensureResynchronizationJob(context, item, flag);
}
