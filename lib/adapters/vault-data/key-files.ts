import path from "node:path";
import { readIfPresent, removeFile, replaceFile } from "@/lib/adapters/certificates/private-files";
import { deriveVaultKeys, type VaultKeys } from "@/lib/engine/keys/vault-keys";

/**
 * The opened master keys of vaults, one file each below `keys/` of the home, readable by the owner only
 * (docs/decisions/003): a failover must work after a restart with nobody at the keyboard.
 */
export class KeyFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Null while the vault has no keys, or is locked. */
  read(vaultId: string): VaultKeys | null {
    const text = readIfPresent(this.#file(vaultId));
    return text === null ? null : deriveVaultKeys(Buffer.from(text.trim(), "base64"));
  }

  write(vaultId: string, keys: VaultKeys): void {
    replaceFile(this.#file(vaultId), keys.master.toString("base64"), 0o600);
  }

  remove(vaultId: string): void {
    removeFile(this.#file(vaultId));
  }

  #file(vaultId: string): string {
    return path.join(this.#folder, `${vaultId}.master`);
  }
}
