import type { ProtectedItem } from "@/lib/domain/entities";
import {
  mayResynchronizeNow,
  type Resynchronization,
  type ResynchronizationFlag,
} from "@/lib/domain/resynchronization";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { recordEvent } from "../record-event";
import { ensureResynchronizationJob } from "./resynchronization-job-of";

export interface ResynchronizationReason {
  /** For people: what was found. */
  readonly reason: string;
  readonly flaggedBy: ResynchronizationFlag["flaggedBy"];
  /** `Nothing` when the vault lost data: what has not changed must be stored again too. */
  readonly compareWith: ResynchronizationFlag["compareWith"];
  /** Of a check: null while what is damaged must be taken out of use first. */
  readonly isolatedAt?: string | null;
}

/**
 * Says that a machine needs resynchronization: its write log is unusable, or a check found a difference. It begins when the
 * item's settings let it, and always when a person asked. Repeatable: a flag that is up stays the same flag.
 */
export async function flagResynchronization(
  context: OperationContext,
  item: Pick<ProtectedItem, "id" | "vaultId" | "name" | "machineName">,
  why: ResynchronizationReason,
): Promise<ResynchronizationFlag> {
  const id = context.random.uuid();
  const now = context.clock.now();
  const after = await context.repositories.resynchronizations.change(item.id, (current) =>
    flagged(current, why, id, now),
  );
  const { flag } = after;
  if (flag === null) throw new Error("a flag that was just set is gone");
  if (flag.id === id) {
    await recordEvent(context, {
      vaultId: item.vaultId,
      type: "VmHealth",
      severity: "Warning",
      description: `${item.machineName} needs resynchronization: ${why.reason}`,
      affectedObject: item.machineName,
      jobId: null,
    });
  }
  if (flag.allowedAt !== null) await ensureResynchronizationJob(context, item, flag);
  announce(context, item.vaultId, "replicationProtectedItems", item.name);
  return flag;
}

function flagged(current: Resynchronization, why: ResynchronizationReason, id: string, now: Date): Resynchronization {
  const { flag, settings } = current;
  const allowed = why.flaggedBy === "User" || mayResynchronizeNow(settings, now);
  const allowedAt = flag?.allowedAt ?? (allowed ? now.toISOString() : null);
  if (flag === null || isStronger(why, flag))
    return { ...current, flag: { ...why, id, flaggedAt: now.toISOString(), allowedAt } };
  return { ...current, flag: { ...flag, allowedAt } };
}

/** One that compares with nothing finds whatever the other would find, once nothing damaged passes for stored. */
function isStronger(why: ResynchronizationReason, flag: ResynchronizationFlag): boolean {
  if (why.compareWith === "Nothing" && flag.compareWith === "LastPoint") return true;
  return why.isolatedAt === null && flag.isolatedAt !== null;
}
