import type { ProtectedItem } from "@/lib/domain/entities";
import {
  settingsProblem,
  type Resynchronization,
  type ResynchronizationSettings,
} from "@/lib/domain/resynchronization";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";

/** When a flagged machine may be resynchronized by itself. @throws Refusal InvalidResynchronizationSettings */
export async function writeResynchronizationSettings(
  context: OperationContext,
  item: ProtectedItem,
  changes: Partial<ResynchronizationSettings>,
): Promise<Resynchronization> {
  const after = await context.repositories.resynchronizations.change(item.id, (current) => {
    const settings = { ...current.settings, ...changes };
    const problem = settingsProblem(settings);
    if (problem) throw new Refusal("invalid", problem.explanation, `properties.${problem.target}`);
    return { ...current, settings };
  });
  announce(context, item.vaultId, "replicationProtectedItems", item.name);
  return after;
}
