import type { ProtectedItem, RecoveryPlan } from "@/lib/domain/entities";
import { explainNotAllowed, type ProtectedItemOperation } from "@/lib/domain/protection-state";
import { planItemIds } from "@/lib/domain/recovery-plan-rules";
import type { OperationContext } from "../context";
import { standingOf } from "../hold-protected-item";
import { nothingToDo } from "./start-plan-job";

/** The machines of a plan by their ids, in boot order; those that are not protected any more are not in it. */
export async function planItems(
  context: OperationContext,
  plan: Pick<RecoveryPlan, "vaultId" | "groups">,
): Promise<Map<string, ProtectedItem>> {
  const all = new Map<string, ProtectedItem>();
  for (const item of await context.repositories.protectedItems.listByVault(plan.vaultId)) all.set(item.id, item);
  const items = new Map<string, ProtectedItem>();
  for (const id of planItemIds(plan.groups)) {
    const item = all.get(id);
    if (item) items.set(id, item);
  }
  return items;
}

/**
 * The machines for which the operation is there. One that is held by something else is for the hold to refuse, by name.
 * @throws Refusal RecoveryPlanOperationNotAllowed when it is there for none
 */
export async function waitingFor(
  context: OperationContext,
  plan: RecoveryPlan,
  operation: ProtectedItemOperation,
  whenNone: string,
): Promise<ProtectedItem[]> {
  const waiting: ProtectedItem[] = [];
  for (const item of (await planItems(context, plan)).values()) {
    const standing = { ...(await standingOf(context, item)), holder: null };
    if (explainNotAllowed(operation, standing, item.machineName) === null) waiting.push(item);
  }
  if (waiting.length === 0) throw nothingToDo(plan, whenNone);
  return waiting;
}
