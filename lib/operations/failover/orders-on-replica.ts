import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import type { OperationContext } from "../context";

export interface OrdersOnReplica {
  /** What the guest has now, or had when it was last seen; null when it keeps none or does not say. */
  readonly onReplica: number | null;
  /** Of these, taken in Azure since the failover: the source has never had them. */
  readonly onReplicaOnly: number | null;
}

/** Measured now, on the replica's console, against the recovery point that it was made from. */
export async function ordersOnReplicaOnly(
  context: OperationContext,
  item: Pick<ProtectedItem, "failoverRecoveryPointId">,
  machine: Pick<DeployedMachine, "id">,
): Promise<OrdersOnReplica> {
  const seen = await context.region.get(machine.id);
  const { failoverRecoveryPointId: id } = item;
  const point = id === null ? null : await context.repositories.recoveryPoints.get(id);
  const onReplica = seen?.orders?.count ?? null;
  const atFailover = point?.orders?.count ?? null;
  const onReplicaOnly = onReplica === null || atFailover === null ? null : Math.max(0, onReplica - atFailover);
  return { onReplica, onReplicaOnly };
}
