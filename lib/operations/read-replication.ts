import type { z } from "zod";
import type { ReplicationView } from "@/lib/contract/portal";
import type { ProtectedItem } from "@/lib/domain/entities";
import { backlogBytes } from "@/lib/domain/backlog";
import { rpoSeconds } from "@/lib/domain/recovery-points";
import type { OperationContext } from "./context";

type Figures = z.infer<typeof ReplicationView>["properties"];

/** Measured figures as the host last reported them; a host that is silent is `disconnected`, whatever it said before. */
export async function readReplication(context: OperationContext, item: ProtectedItem): Promise<Figures> {
  const newest = await context.repositories.recoveryPoints.newest(item.id);
  const policy = await context.repositories.policies.get(item.policyId);
  const progress = context.sites.progress(item.id);
  const connected = context.sites.isConnected(item.providerId);
  const counting = progress !== null && progress.bytesTotal > 0;
  return {
    phase: connected ? (progress?.phase ?? "waiting") : "disconnected",
    bytesDone: progress?.bytesDone ?? 0,
    bytesTotal: progress?.bytesTotal ?? 0,
    percentage: counting ? Math.min(100, (100 * progress.bytesDone) / progress.bytesTotal) : null,
    bytesPerSecond: connected ? (progress?.bytesPerSecond ?? 0) : 0,
    secondsLeft: connected ? (progress?.secondsLeft ?? null) : null,
    pendingBytes: progress?.pendingBytes ?? 0,
    backlogBytes: progress === null ? 0 : backlogBytes(progress),
    sentBytes: progress?.sentBytes ?? 0,
    sentBytesPerSecond: connected ? (progress?.sentBytesPerSecond ?? 0) : 0,
    limitBytesPerSecond: context.sites.transfer(item.providerId)?.limitBytesPerSecond ?? null,
    rpoSeconds: rpoSeconds(newest, context.clock.now()),
    intervalSeconds: policy?.replicationIntervalSeconds ?? 300,
    lastPointAt: newest?.at ?? null,
    error: progress?.error ?? item.replicationError,
  };
}
