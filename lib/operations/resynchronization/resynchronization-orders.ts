import type { ProtectedItem } from "@/lib/domain/entities";
import { mayBegin, mayResynchronizeNow } from "@/lib/domain/resynchronization";
import type { OperationContext } from "../context";
import { ensureResynchronizationJob } from "./resynchronization-job-of";

/** What a host is told of a flag; structurally what the site protocol sends. */
export interface ResynchronizationOrders {
  readonly flagId: string;
  readonly compareWith: "LastPoint" | "Nothing";
  /** False: wait, its hours have not begun, somebody has to start it, or damage is still in use. */
  readonly allowed: boolean;
}

/** Asked with every heartbeat, so that a flag whose hours begin is allowed seconds later. Null: not flagged. */
export async function resynchronizationOrders(
  context: OperationContext,
  item: ProtectedItem,
): Promise<ResynchronizationOrders | null> {
  const { resynchronizations } = context.repositories;
  let { flag, settings } = await resynchronizations.get(item.id);
  if (flag === null) return null;
  const now = context.clock.now();
  if (flag.allowedAt === null && mayResynchronizeNow(settings, now)) {
    ({ flag, settings } = await resynchronizations.change(item.id, (current) =>
      current.flag === null ? null : { ...current, flag: { ...current.flag, allowedAt: now.toISOString() } },
    ));
    if (flag === null) return null;
    await ensureResynchronizationJob(context, item, flag);
  }
  return { flagId: flag.id, compareWith: flag.compareWith, allowed: mayBegin(flag) };
}
