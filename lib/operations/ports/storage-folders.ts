import type { VaultRef } from "./vault-data";

/** The places that storage accounts stand for: folders of the home folder by default. */
export interface StorageFolders {
  /** Idempotent. */
  ensureAccount(storageAccount: string): Promise<void>;
  /** The container of one vault inside its account. Idempotent. */
  ensureVaultStore(vault: VaultRef): Promise<void>;
  /** Names of what lies in the account: vault stores and folders of deployed machines. Empty when there is nothing. */
  list(storageAccount: string): Promise<string[]>;
  /** Fault `StorageAccountNotEmpty` when anything lies in it; an account that is gone is no error. */
  removeAccount(storageAccount: string): Promise<void>;
}
