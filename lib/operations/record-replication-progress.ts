import type { Explanation } from "@/lib/kernel/fault";
import { changeItem } from "./change-protected-item";
import type { OperationContext } from "./context";
import type { ReplicationProgress } from "./ports/site-gateway";

/**
 * Figures go to whoever watches, never into the database; an error that comes or goes is written once, so that the item's
 * health says it when the host has fallen silent too.
 */
export async function recordReplicationProgress(
  context: OperationContext,
  providerId: string,
  progress: ReplicationProgress,
): Promise<void> {
  const item = await context.repositories.protectedItems.get(progress.protectedItemId);
  // A machine that comes back may come to another host than the one that replicates it; it says nothing of replication.
  const isComingBack = progress.phase === "synchronizingBack";
  if (!item || (item.providerId !== providerId && !isComingBack)) return;
  if (!isComingBack && !sameError(item.replicationError, progress.error)) {
    await changeItem(context, item.id, () => ({ replicationError: progress.error }));
  }
  context.live.publish({ type: "replication", vaultId: item.vaultId, protectedItem: item.name, progress });
}

function sameError(a: Explanation | null, b: Explanation | null): boolean {
  return a?.code === b?.code && a?.message === b?.message;
}
