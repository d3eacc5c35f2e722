import type { ProtectedItem, RecoveryPlan } from "@/lib/domain/entities";
import { planItemIds } from "@/lib/domain/recovery-plan-rules";
import type { OperationContext } from "../context";

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
