import { isShared } from "@/lib/domain/consistency-groups";
import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { OperationContext } from "./context";

export interface RecoveryPointView {
  readonly point: RecoveryPoint;
  /** Every machine of its consistency group has a point of the same cut. */
  readonly isShared: boolean;
}

/** Oldest first. The points of the other members are read once, not once for each stamp. */
export async function readRecoveryPoints(
  context: OperationContext,
  item: ProtectedItem,
): Promise<readonly RecoveryPointView[]> {
  const { recoveryPoints, protectedItems } = context.repositories;
  const points = await recoveryPoints.list(item.id);
  if (points.every((point) => point.group === null)) return points.map((point) => ({ point, isShared: false }));
  const others = (await protectedItems.listByFabric(item.fabricId)).filter((other) => other.id !== item.id);
  const all = [points, ...(await Promise.all(others.map((other) => recoveryPoints.list(other.id))))].flat();
  const byStamp = new Map<string, RecoveryPoint[]>();
  for (const point of all) {
    if (point.group) byStamp.set(point.group.stamp, [...(byStamp.get(point.group.stamp) ?? []), point]);
  }
  return points.map((point) => ({ point, isShared: isShared(point, byStamp.get(point.group?.stamp ?? "") ?? []) }));
}

export async function readRecoveryPoint(context: OperationContext, point: RecoveryPoint): Promise<RecoveryPointView> {
  const { group } = point;
  if (group === null) return { point, isShared: false };
  return { point, isShared: isShared(point, await context.repositories.recoveryPoints.listByGroupStamp(group.stamp)) };
}

/** The newest point whose cut every machine of the group has a point of; null when there is none. */
export async function newestSharedPoint(context: OperationContext, item: ProtectedItem): Promise<RecoveryPoint | null> {
  return (await readRecoveryPoints(context, item)).findLast((view) => view.isShared)?.point ?? null;
}
