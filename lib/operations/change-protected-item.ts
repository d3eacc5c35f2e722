import type { ProtectedItem } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import type { OperationContext } from "./context";
import type { ProtectedItemChanges } from "./ports/repositories";

const ATTEMPTS = 10;

/**
 * Reads, decides and writes again until nobody came in between. `decide` may be called several times; null: nothing to do.
 * @throws Refusal ProtectedItemGone when the item does not exist (any more)
 */
export async function changeItem(
  context: OperationContext,
  itemId: string,
  decide: (item: ProtectedItem) => ProtectedItemChanges | null,
): Promise<ProtectedItem> {
  for (let attempt = 1; ; attempt += 1) {
    const item = await requireItem(context, itemId);
    const changes = decide(item);
    if (changes === null) return item;
    try {
      const changed = await context.repositories.protectedItems.update(itemId, item.revision, changes);
      announce(context, changed.vaultId, "replicationProtectedItems", changed.name);
      return changed;
    } catch (error) {
      const raced = error instanceof Refusal && error.code === "RevisionChanged";
      if (!raced || attempt >= ATTEMPTS) throw error;
    }
  }
}

export async function requireItem(context: OperationContext, itemId: string): Promise<ProtectedItem> {
  const item = await context.repositories.protectedItems.get(itemId);
  if (item) return item;
  throw new Refusal("notFound", {
    code: "ProtectedItemGone",
    message: "The machine is not protected any more.",
    possibleCauses: "Its protection was disabled in the meantime.",
    recommendedAction: "Protect the machine again when it is still needed.",
  });
}
