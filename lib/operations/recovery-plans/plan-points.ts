import type { ProtectedItem } from "@/lib/domain/entities";
import { nameKey } from "@/lib/domain/names";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { requirePoint } from "../failover/choose-recovery-point";
import { newestSharedPoint } from "../read-recovery-points";

export interface PointRequest {
  /** Machines of a consistency group start from the newest point that all of the group share. */
  readonly useSharedPoints?: boolean;
  /** Custom: a recovery point's id for single machines, by the id of the protected item. It goes before everything else. */
  readonly points?: ReadonlyMap<string, string>;
}

/**
 * The points that are settled when the run begins, by the id of the item: a cut that becomes whole meanwhile must not part
 * the machines of a group, and a point that a person chose is that one.
 * @throws Refusal MultiVmPointNotFound, RecoveryPointNotFound, RecoveryPlanPointOfNoMachine
 */
export async function settledPoints(
  context: OperationContext,
  items: readonly ProtectedItem[],
  request: PointRequest,
): Promise<ReadonlyMap<string, string>> {
  const custom = request.points ?? new Map<string, string>();
  const free = items.filter((item) => !custom.has(item.id));
  const shared = request.useSharedPoints === true ? await sharedPoints(context, free) : new Map<string, string>();
  for (const [itemId, pointId] of custom) {
    const item = items.find((one) => one.id === itemId);
    if (!item) throw ofNoMachine();
    await requirePoint(context, item, { type: "Id", id: pointId });
  }
  return new Map([...shared, ...custom]);
}

async function sharedPoints(
  context: OperationContext,
  items: readonly ProtectedItem[],
): Promise<ReadonlyMap<string, string>> {
  const stamps = new Map<string, string>();
  const chosen = new Map<string, string>();
  for (const item of items) {
    if (item.consistencyGroup === null) continue;
    const key = `${item.fabricId}/${nameKey(item.consistencyGroup)}`;
    const stamp = stamps.get(key) ?? (await newestSharedPoint(context, item))?.group?.stamp;
    if (stamp === undefined) throw noSharedPoint(item);
    stamps.set(key, stamp);
    const points = await context.repositories.recoveryPoints.listByGroupStamp(stamp);
    const own = points.find((point) => point.protectedItemId === item.id);
    if (own === undefined) throw noSharedPoint(item);
    chosen.set(item.id, own.id);
  }
  return chosen;
}

function noSharedPoint(item: ProtectedItem): Refusal {
  return new Refusal(
    "notFound",
    {
      code: "MultiVmPointNotFound",
      message: `${item.machineName} has no recovery point that all machines of its consistency group ${item.consistencyGroup ?? ""} share.`,
      possibleCauses: "The group is new, one of its machines could not be replicated, or retention dropped a part.",
      recommendedAction: "Wait for the next cut of the group, or choose the points of each machine.",
    },
    "properties.providerSpecificDetails.multiVmSyncPointOption",
  );
}

function ofNoMachine(): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "RecoveryPlanPointOfNoMachine",
      message: "A recovery point was chosen for a machine that does not take part in this run.",
      possibleCauses: "The machine is not in the plan, it has failed over already, or another plan holds it.",
      recommendedAction: "Choose points only for machines that take part.",
    },
    "properties.providerSpecificDetails.recoveryPoints",
  );
}
