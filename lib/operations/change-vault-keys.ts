import type { Vault } from "@/lib/domain/entities";
import { announce } from "./announce";
import type { OperationContext } from "./context";
import type { VaultKeyState } from "./ports/vault-data";
import { requireActiveVault } from "./require-active-vault";

/** What people do with a vault's keys after they were made (set-vault-passphrase). */
export type KeyChange =
  | { readonly verb: "changePassphrase"; readonly current: string; readonly next: string }
  | { readonly verb: "setRecoveryPassphrase"; readonly current: string; readonly recovery: string }
  | { readonly verb: "removeRecoveryPassphrase"; readonly current: string }
  | { readonly verb: "unlock"; readonly passphrase: string }
  | { readonly verb: "lock" };

/**
 * Answers the state after it.
 * @throws Refusal VaultNotActive, WrongPassphrase, TooManyAttempts, PassphraseTooShort, PassphraseNotAscii; Fault
 * KeyEnvelopeMissing
 */
export async function changeVaultKeys(
  context: OperationContext,
  vault: Vault,
  change: KeyChange,
): Promise<VaultKeyState> {
  requireActiveVault(vault);
  await apply(context, vault, change);
  announce(context, vault.id, "vaults", vault.name);
  return context.vaultData.keyState(vault);
}

function apply({ vaultData }: OperationContext, vault: Vault, change: KeyChange): Promise<void> {
  switch (change.verb) {
    case "changePassphrase":
      return vaultData.changePassphrase(vault, change);
    case "setRecoveryPassphrase":
      return vaultData.setRecoveryPassphrase(vault, change.current, change.recovery);
    case "removeRecoveryPassphrase":
      return vaultData.setRecoveryPassphrase(vault, change.current, null);
    case "unlock":
      return vaultData.unlock(vault, change.passphrase);
    case "lock":
      return vaultData.lock(vault);
  }
}
