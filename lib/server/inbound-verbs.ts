import type { InboundVerbs } from "@/lib/adapters/site-gateway/agent-endpoint";
import type { OperationContext } from "@/lib/operations/context";
import { desiredReplications } from "@/lib/operations/desired-replications";
import { recordHeartbeat } from "@/lib/operations/record-heartbeat";
import { recordRecoveryPoint } from "@/lib/operations/record-recovery-point";
import { recordReplicationProgress } from "@/lib/operations/record-replication-progress";
import { transferOrders } from "@/lib/operations/bandwidth/transfer-orders";
import { noticeResynchronization } from "@/lib/operations/resynchronization/notice-resynchronization";
import { registerProvider } from "@/lib/operations/register-provider";

/** What sites may ask of the control plane, bound to its context. */
export function inboundVerbs(context: OperationContext): InboundVerbs {
  return {
    registerProvider: (input) => registerProvider(context, input),
    recordHeartbeat: (providerId, heartbeat) => recordHeartbeat(context, providerId, heartbeat),
    transferOrders: (providerId) => transferOrders(context, providerId),
    desiredReplications: (providerId) => desiredReplications(context, providerId),
    recordRecoveryPoint: (providerId, point) => recordRecoveryPoint(context, providerId, point),
    noticeResynchronization: (providerId, notice) => noticeResynchronization(context, providerId, notice),
    recordReplicationProgress: (providerId, progress) => recordReplicationProgress(context, providerId, progress),
  };
}
