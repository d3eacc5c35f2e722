import type { RecoveryPoint } from "@/lib/domain/entities";
import { rpoSeconds } from "@/lib/domain/recovery-points";
import { keptSince, type ReplicationCycle } from "@/lib/domain/replication-history";
import type { OperationContext } from "./context";

/** Keeps what a cycle did, for the charts: bounded, one write a point. `before`: the newest point until now. */
export async function recordCycle(
  context: OperationContext,
  point: RecoveryPoint,
  before: RecoveryPoint | null,
  measured: Pick<ReplicationCycle, "durationMs" | "missedIntervals" | "writeLogBytes">,
): Promise<void> {
  if (before?.id === point.id) return;
  const now = context.clock.now();
  const { protectedItemId, objectName, kind, at, sourceBytesRead, changedBytes, storedBytes } = point;
  await context.repositories.replicationHistory.add(
    {
      ...{ protectedItemId, objectName, kind, at, sourceBytesRead, changedBytes },
      sentBytes: storedBytes,
      registeredAt: now.toISOString(),
      rpoBeforeSeconds: rpoSeconds(before, now),
      rpoAfterSeconds: rpoSeconds(point, now) ?? 0,
      ...measured,
    },
    keptSince(now),
  );
}
