import type { ProtectedItem } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { requireAllowed } from "./hold-protected-item";
import { baseOf } from "./failover/failback/capture-replica";
import type { FailbackRun } from "./failover/failback/failback-run";
import { findFailbackTarget } from "./failover/failback/failback-target";
import { siteAnswers } from "./source-machine";
import { enqueueHolding } from "./start-failover";

/**
 * Starts the way back from Azure. What can be refused is refused here, before there is a job; the job checks again.
 * @throws Refusal FailbackNotAllowed, and, as conflicts, what stands in the way at the host
 */
export async function startFailback(context: OperationContext, item: ProtectedItem, run: FailbackRun): Promise<Job> {
  await requireAllowed(context, item, "Failback");
  const base = await refusing(item, () => baseOf(context, item));
  await refusing(item, () => findFailbackTarget(context, item, run, base.disks));
  return enqueueHolding(context, item, "Failback", "Failback", { ...run });
}

/** After the commit of a failback: protection to Azure goes on. */
export function startReverseReplication(context: OperationContext, item: ProtectedItem): Promise<Job> {
  return enqueueHolding(context, item, "ReverseReplication", "ReverseReplicate", { itemId: item.id });
}

/**
 * Takes a failover back that is not committed: what the replica wrote is lost.
 * @throws Refusal CancelFailoverNotAllowed, SiteNotConnected
 */
export async function cancelFailover(context: OperationContext, item: ProtectedItem): Promise<Job> {
  await requireAllowed(context, item, "CancelFailover");
  if (!(await siteAnswers(context, item))) throw siteSilent(item);
  return enqueueHolding(context, item, "CancelFailover", "CancelFailover", { itemId: item.id });
}

/** What stands in the way is the world's doing; before there is a job it is a reason to refuse. */
async function refusing<T>(item: ProtectedItem, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, message, possibleCauses, recommendedAction } = error;
    throw new Refusal("conflict", { code, message, possibleCauses, recommendedAction }, item.name);
  }
}

function siteSilent(item: ProtectedItem): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "SiteNotConnected",
      message: `The failover of ${item.machineName} cannot be cancelled: its site does not answer, so the machine cannot be started there.`,
      possibleCauses: "The host, its agent or the connection is down.",
      recommendedAction: "Bring the site back first. Until then the machine in Azure is all there is.",
    },
    item.name,
  );
}
