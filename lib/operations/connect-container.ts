import type { ContainerChoice } from "@/lib/domain/azure-storage";
import type { BlobBacking } from "@/lib/domain/entities";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";

/**
 * Tries the key, makes the container when it is missing, and keeps the key. What the storage says against it is a refusal:
 * whoever entered it sits before the form.
 */
export async function connectContainer(
  context: OperationContext,
  account: string,
  choice: ContainerChoice,
): Promise<BlobBacking> {
  const { accountKey, ...place } = choice;
  try {
    await context.storageFolders.connectContainer(account, place, accountKey);
  } catch (error) {
    if (error instanceof Fault) throw new Refusal("invalid", error.explanation, "properties.azureBlob");
    throw error;
  }
  return { ...place, keyEnteredAt: context.clock.now().toISOString() };
}
