import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import type { OperationContext } from "./context";
import { vaultOf } from "./failover/replica";

/**
 * The object first, then the row: a kill in between leaves a row whose object is gone, and the repetition deletes it. Space
 * comes back with sweep-vault.
 */
export async function deletePoints(
  context: OperationContext,
  item: Pick<ProtectedItem, "vaultId">,
  points: readonly RecoveryPoint[],
): Promise<void> {
  if (points.length === 0) return;
  const vault = await vaultOf(context, item);
  for (const point of points) {
    await context.vaultData.deletePoint(vault, point.objectName);
    await context.repositories.recoveryPoints.delete(point.id);
  }
}
