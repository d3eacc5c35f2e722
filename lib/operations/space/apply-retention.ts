import type { ProtectedItem } from "@/lib/domain/entities";
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
  const none = { locked: new Set<string>(), inUse: new Set<string>(), damaged: new Set<string>() };
  // What holds points is looked up only when there is something to hold: this runs with every point that arrives.
  if (pointsToDrop(points, policy, now, none).length === 0) return 0;
  const { holds } = await holdsOf(context, item);
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
  const { holds, locks } = await holdsOf(context, item);
  const historyHours = policy?.recoveryPointHistoryHours ?? 0;
  const verdicts = planRetention(points, { recoveryPointHistoryHours: historyHours }, context.clock.now(), holds);
  const failedOver = item.activeLocation === "Recovery";
  const heldBack = failedOver ? "The machine is failed over: every point is kept, so that it can be changed." : null;
  return { verdicts, locks, historyHours, heldBack };
}

async function holdsOf(
  context: OperationContext,
  item: ProtectedItem,
): Promise<{ holds: Holds; locks: ReadonlyMap<string, RecoveryPointLock> }> {
  const { recoveryPointLocks, deployedMachines } = context.repositories;
  const [locks, machines, verification] = await Promise.all([
    recoveryPointLocks.list(item.id),
    deployedMachines.listByItem(item.id),
    readKnownDamage(context, { id: item.vaultId }),
  ]);
  const used = machines.map(({ recoveryPointId }) => recoveryPointId);
  if (item.failoverRecoveryPointId !== null) used.push(item.failoverRecoveryPointId);
  const damaged = verification.damagedPoints.flatMap(({ recoveryPointId }) => recoveryPointId ?? []);
  return {
    holds: { locked: new Set(locks.map(({ pointId }) => pointId)), inUse: new Set(used), damaged: new Set(damaged) },
    locks: new Map(locks.map((lock) => [lock.pointId, lock])),
  };
}
