import type { Isolation } from "@/lib/engine/vault/isolate-damage";
import type { OperationContext } from "../context";
import type { VaultRef } from "../ports/vault-data";
import { betweenSweeps } from "../sweep-vault";

/**
 * Takes damaged objects out of use, and lets the machines begin that are flagged for them: from now on they store again what
 * the vault has lost. Their flags get new ids, so that a pass that began before does not answer them. Repeatable.
 */
export async function isolateKnownDamage(
  context: OperationContext,
  vault: VaultRef,
  suspects: readonly string[],
  signal: AbortSignal,
): Promise<Isolation> {
  const isolation = await betweenSweeps(context.vaultData, vault, () =>
    context.vaultData.isolateDamage(vault, suspects, signal),
  );
  const isolatedAt = context.clock.now().toISOString();
  for (const { id } of await context.repositories.protectedItems.listByVault(vault.id)) {
    const flagId = context.random.uuid();
    await context.repositories.resynchronizations.change(id, (current) => {
      const { flag } = current;
      return flag?.isolatedAt === null ? { ...current, flag: { ...flag, id: flagId, isolatedAt } } : null;
    });
  }
  return isolation;
}
