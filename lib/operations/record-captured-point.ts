import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import { announce } from "./announce";
import type { OperationContext } from "./context";
import type { CapturedPoint } from "./ports/replica-capture";

/**
 * Makes a point that was cut from a replica in Azure known as one of the machine's. Repeatable by the object's name. It comes
 * after the point that it was compared with, whatever the clocks say: what is sent next builds on the newest.
 */
export async function recordCapturedPoint(
  context: OperationContext,
  item: Pick<ProtectedItem, "id" | "vaultId" | "name">,
  base: Pick<RecoveryPoint, "at">,
  captured: CapturedPoint,
  final: boolean,
): Promise<RecoveryPoint> {
  const earliest = new Date(Date.parse(base.at) + 1).toISOString();
  const point = await context.repositories.recoveryPoints.insert({
    id: context.random.uuid(),
    protectedItemId: item.id,
    at: captured.at > base.at ? captured.at : earliest,
    kind: "CrashConsistent",
    objectName: captured.objectName,
    disks: captured.disks,
    sourceBytesRead: captured.sourceBytesRead,
    changedBytes: captured.changedBytes,
    storedBytes: captured.storedBytes,
    orders: captured.orders,
    final,
    fromReplica: true,
    quiesceProblem: null,
    group: null,
  });
  announce(context, item.vaultId, "recoveryPoints", item.name);
  return point;
}
