import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import { planRetention, pointsToDrop, type Holds, type RetentionVerdict } from "@/lib/domain/retention";
import type { RecoveryPointLock } from "@/lib/domain/space";
import type { OperationContext } from "../context";
import { deletePoints } from "../delete-recovery-points";
import { readKnownDamage } from "../read-verification";

/**
 * Deletes what the policy no longer wants; returns how many. Repeatable: it looks anew. While a machine is failed over
 * nothing goes, because the recovery point can still be changed.
 */
export async function applyRetention(context: OperationContext, item: ProtectedItem): Promise<number> {
  const policy = await context.repositories.policies.get(item.policyId);
  if (!policy || item.activeLocation === "Recovery") return 0;
  const points = await context.repositories.recoveryPoints.list(item.id);
  const now = context.clock.now();
  const none: Holds = { locked: new Set(), inUse: new Set(), sharedCut: new Set(), damaged: new Set() };
  // What holds points is looked up only when there is something to hold: this runs with every point that arrives.
  if (pointsToDrop(points, policy, now, none).length === 0) return 0;
  const { holds } = await holdsOf(context, item, points);
  const drop = pointsToDrop(points, policy, now, holds);
  await deletePoints(context, item, drop);
  return drop.length;
}

export interface RetentionPlan {
  /** Newest first. */
  readonly verdicts: readonly RetentionVerdict[];
  readonly locks: ReadonlyMap<string, RecoveryPointLock>;
  readonly historyHours: number;
  /** Nothing goes at present, for this reason; null when the plan is carried out. */
  readonly heldBack: string | null;
}

/** What `applyRetention` does next and why. */
export async function readRetention(context: OperationContext, item: ProtectedItem): Promise<RetentionPlan> {
  const policy = await context.repositories.policies.get(item.policyId);
  const points = await context.repositories.recoveryPoints.list(item.id);
  const { holds, locks } = await holdsOf(context, item, points);
  const historyHours = policy?.recoveryPointHistoryHours ?? 0;
  const replicationIntervalSeconds = policy?.replicationIntervalSeconds ?? 300;
  const history = { recoveryPointHistoryHours: historyHours, replicationIntervalSeconds };
  const verdicts = planRetention(points, history, context.clock.now(), holds);
  const failedOver = item.activeLocation === "Recovery";
  const heldBack = failedOver ? "The machine is failed over: every point is kept, so that it can be changed." : null;
  return { verdicts, locks, historyHours, heldBack };
}

async function holdsOf(
  context: OperationContext,
  item: ProtectedItem,
  points: readonly RecoveryPoint[],
): Promise<{ holds: Holds; locks: ReadonlyMap<string, RecoveryPointLock> }> {
  const { recoveryPointLocks, deployedMachines } = context.repositories;
  const [locks, machines, verification, stamps] = await Promise.all([
    recoveryPointLocks.list(item.id),
    deployedMachines.listByItem(item.id),
    readKnownDamage(context, { id: item.vaultId }),
    points.some(({ group }) => group !== null) ? stampsHeldByOthers(context, item) : new Set<string>(),
  ]);
  const used = machines.map(({ recoveryPointId }) => recoveryPointId);
  if (item.failoverRecoveryPointId !== null) used.push(item.failoverRecoveryPointId);
  const damaged = verification.damagedPoints.flatMap(({ recoveryPointId }) => recoveryPointId ?? []);
  return {
    holds: {
      ...{ locked: new Set(locks.map(({ pointId }) => pointId)), inUse: new Set(used), damaged: new Set(damaged) },
      sharedCut: new Set(points.filter(({ group }) => stamps.has(group?.stamp ?? "")).map(({ id }) => id)),
    },
    locks: new Map(locks.map((lock) => [lock.pointId, lock])),
  };
}

/** Cuts of which another machine's part is locked, or is what that machine failed over to: the rest must be able to follow. */
async function stampsHeldByOthers(context: OperationContext, item: ProtectedItem): Promise<Set<string>> {
  const { protectedItems, recoveryPoints, recoveryPointLocks } = context.repositories;
  const stamps = new Set<string>();
  for (const other of await protectedItems.listByFabric(item.fabricId)) {
    if (other.id === item.id) continue;
    const held = (await recoveryPointLocks.list(other.id)).map(({ pointId }) => pointId);
    if (other.failoverRecoveryPointId !== null) held.push(other.failoverRecoveryPointId);
    for (const id of held) stamps.add((await recoveryPoints.get(id))?.group?.stamp ?? "");
  }
  stamps.delete("");
  return stamps;
}
