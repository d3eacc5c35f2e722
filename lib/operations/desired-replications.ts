import { GROUP_SIZE_MIN, isInGroup } from "@/lib/domain/consistency-groups";
import type { Policy, ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import { isFailedBack, isFailedOver } from "@/lib/domain/protection-state";
import type { OperationContext } from "./context";
import { resynchronizationOrders, type ResynchronizationOrders } from "./resynchronization/resynchronization-orders";

/** What the vault wants a host to replicate; structurally what the site protocol sends. */
export interface DesiredReplication {
  readonly protectedItemId: string;
  readonly machineId: string;
  readonly diskIds: string[];
  readonly intervalSeconds: number;
  readonly state: "active" | "paused";
  /** Null: the machine is not flagged for resynchronization. */
  readonly resynchronization: ResynchronizationOrders | null;
  readonly lastPoint: { readonly id: string; readonly objectName: string; readonly previousId: string | null } | null;
  readonly applicationConsistent: { readonly frequencySeconds: number; readonly lastAttemptAt: string | null } | null;
  readonly consistencyGroup: { readonly name: string; readonly size: number } | null;
}

/** Everything that the host should be at work on; what is not listed it lets go of. */
export async function desiredReplications(
  context: OperationContext,
  providerId: string,
): Promise<readonly DesiredReplication[]> {
  const items = await context.repositories.protectedItems.listByProvider(providerId);
  const wanted = items.filter((item) => item.evidence["replicating"] === true && item.state !== "DisablingProtection");
  return Promise.all(wanted.map((item) => desired(context, item, items)));
}

async function desired(
  context: OperationContext,
  item: ProtectedItem,
  ofHost: readonly ProtectedItem[],
): Promise<DesiredReplication> {
  const policy = await context.repositories.policies.get(item.policyId);
  const points = await context.repositories.recoveryPoints.list(item.id);
  const last = points.at(-1) ?? null;
  // After the final cut of a planned failover nothing may follow, else it would not be the final one.
  const cutForGood = item.state === "PlannedFailoverInitiated" && last?.final === true;
  return {
    protectedItemId: item.id,
    machineId: item.machineId,
    diskIds: [...item.diskIds],
    intervalSeconds: policy?.replicationIntervalSeconds ?? 300,
    // What has come back is not replicated before somebody starts reverse replication.
    state: isFailedOver(item) || isFailedBack(item) || cutForGood ? "paused" : "active",
    resynchronization: await resynchronizationOrders(context, item),
    lastPoint:
      last === null ? null : { id: last.id, objectName: last.objectName, previousId: points.at(-2)?.id ?? null },
    applicationConsistent: applicationConsistent(policy, points),
    consistencyGroup: groupOf(item, ofHost),
  };
}

function applicationConsistent(policy: Policy | null, points: readonly RecoveryPoint[]) {
  const hours = policy?.applicationConsistentFrequencyHours ?? 0;
  if (hours === 0) return null;
  const tried = points.findLast((point) => point.kind === "ApplicationConsistent" || point.quiesceProblem !== null);
  return { frequencySeconds: hours * 3_600, lastAttemptAt: tried?.at ?? null };
}

/** Its machines are all of one host. */
function groupOf(item: ProtectedItem, ofHost: readonly ProtectedItem[]) {
  const { consistencyGroup: name, fabricId } = item;
  if (name === null) return null;
  const members = ofHost.filter((one) => one.fabricId === fabricId && isInGroup(one, name));
  return members.length < GROUP_SIZE_MIN ? null : { name, size: members.length };
}
