import type { BlobBacking } from "@/lib/domain/entities";
import type { VaultRef } from "./vault-data";

/** The places that storage accounts stand for: folders of the home folder, or containers in Azure. */
export interface StorageFolders {
  /** Idempotent. */
  ensureAccount(storageAccount: string): Promise<void>;
  /**
   * Tries the key on the container, which is made when it is missing, and keeps the key for this account. Faults:
   * StorageAccessRefused, StorageNotReachable, StorageFailed.
   */
  connectContainer(storageAccount: string, place: Omit<BlobBacking, "keyEnteredAt">, accountKey: string): Promise<void>;
  /** The container of one vault inside its account. Idempotent. */
  ensureVaultStore(vault: VaultRef): Promise<void>;
  /** Names of what lies in the account: vault stores and folders of deployed machines. Empty when there is nothing. */
  list(storageAccount: string): Promise<string[]>;
  /** Fault `StorageAccountNotEmpty` when anything lies in it; an account that is gone is no error. */
  removeAccount(storageAccount: string): Promise<void>;
}
