import type { Vault } from "@/lib/domain/entities";
import { announce } from "./announce";
import type { OperationContext } from "./context";
import { requireActiveVault } from "./require-active-vault";

/**
 * Gives a vault its keys, wrapped by the passphrase that only its owner keeps. Once.
 * @throws Refusal VaultNotActive, PassphraseTooShort, PassphraseNotAscii, PassphraseAlreadySet
 */
export async function setVaultPassphrase(context: OperationContext, vault: Vault, passphrase: string): Promise<void> {
  requireActiveVault(vault);
  await context.vaultData.setPassphrase(vault, passphrase);
  await context.repositories.vaults.update(vault.id, { passphraseSetAt: context.clock.now().toISOString() });
  announce(context, vault.id, "vaults", vault.name);
}
