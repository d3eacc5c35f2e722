import type { VaultCheck } from "@/lib/engine/vault/vault-check";
import type { OperationContext } from "./context";

/** Retention may delete points while a long check runs: they are not lost, they are gone. */
export function withoutDeleted(check: VaultCheck, still: ReadonlySet<string>): VaultCheck {
  const gone = (name: string) => name.startsWith("points/") && !still.has(name);
  const unexpected = new Set(check.unexpectedPoints);
  return {
    ...check,
    damagedObjects: check.damagedObjects.filter(({ name }) => !gone(name) || unexpected.has(name)),
    damagedPoints: check.damagedPoints.filter(({ name }) => !gone(name) || unexpected.has(name)),
  };
}

/** Object names of all recovery points that the portal knows in the vault. */
export async function expectedPoints({ repositories }: OperationContext, vaultId: string): Promise<string[]> {
  const names = [];
  for (const item of await repositories.protectedItems.listByVault(vaultId)) {
    for (const { objectName } of await repositories.recoveryPoints.list(item.id)) names.push(objectName);
  }
  return names;
}
