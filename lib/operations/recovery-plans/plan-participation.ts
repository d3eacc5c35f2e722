import type { ProtectedItem, RecoveryPlan } from "@/lib/domain/entities";
import { explainNotAllowed, isFailedOver } from "@/lib/domain/protection-state";
import type { Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import type { FailoverKind } from "../failover/failover-run";
import { holderOf, standingOf } from "../hold-protected-item";
import { isPlanInput } from "./plan-run";

export interface Participation {
  /** Why the run passes the machine over; null: it takes part. */
  readonly leftOut: string | null;
  /** Why a machine that is to take part cannot: null when it can. */
  readonly blocked: Explanation | null;
}

/** Whether the machine has failed over, and which job of another plan holds it; the job that holds it, whosever it is. */
export async function participantOf(context: OperationContext, plan: Pick<RecoveryPlan, "id">, item: ProtectedItem) {
  const holder = await holderOf(context, item);
  const isElsewhere = holder !== null && isPlanInput(holder.input) && holder.targetId !== plan.id;
  return { isOver: isFailedOver(item), isElsewhere, holder };
}

/**
 * A machine in two plans: the later run passes it over while the first holds it or has failed it over. Whatever else holds a
 * machine, or keeps it from the operation, is in the way of the whole run.
 */
export async function participationOf(
  context: OperationContext,
  plan: Pick<RecoveryPlan, "id">,
  kind: FailoverKind,
  item: ProtectedItem,
): Promise<Participation> {
  const { isOver, isElsewhere, holder } = await participantOf(context, plan, item);
  if (kind !== "TestFailover" && isOver) return { leftOut: "The machine has failed over already.", blocked: null };
  if (isElsewhere) {
    const job = `its job '${holder?.friendlyName ?? ""}' has not ended`;
    return { leftOut: `The recovery plan ${holder?.targetName ?? ""} holds it: ${job}.`, blocked: null };
  }
  const standing = await standingOf(context, item);
  // People look for what holds the machine, and a job is found by its kind and its target.
  const named = holder && {
    friendlyName: `${holder.friendlyName}' of '${holder.targetName}`,
    startedAt: holder.createdAt,
  };
  return { leftOut: null, blocked: explainNotAllowed(kind, { ...standing, holder: named }, item.machineName) };
}
