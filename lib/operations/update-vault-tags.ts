import type { Vault } from "@/lib/domain/entities";
import { announce } from "./announce";
import type { OperationContext } from "./context";

export async function updateVaultTags(
  context: OperationContext,
  vault: Vault,
  tags: Readonly<Record<string, string>>,
): Promise<Vault> {
  const updated = await context.repositories.vaults.update(vault.id, { tags });
  announce(context, vault.id, "vaults", vault.name);
  return updated;
}
