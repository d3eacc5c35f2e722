import path from "node:path";
import { readIfPresent, removeFile, replaceFile } from "@/lib/adapters/certificates/private-files";
import type { StoreLocation } from "@/lib/adapters/stores/store-location";
import { Fault } from "@/lib/kernel/fault";
import type { Repositories } from "@/lib/operations/ports/repositories";
import type { VaultRef } from "@/lib/operations/ports/vault-data";

/** Where a vault's sealed objects lie inside its storage account. */
export const vaultStoreFolder = (storageRoot: string, vault: Pick<VaultRef, "id" | "storageAccount">) =>
  path.join(storageRoot, vault.storageAccount.toLowerCase(), "vaults", vault.id);

/**
 * Where each vault's store is: in a folder below the home, or in a container of a real storage account. Keys of accounts
 * lie below `keys/` of the home, one file each, readable by the owner only (docs/decisions/003).
 */
export class StoragePlaces {
  readonly #storageRoot: string;
  readonly #keysFolder: string;
  readonly #accounts: Repositories["storageAccounts"];

  constructor(parts: {
    readonly storageRoot: string;
    readonly keysFolder: string;
    readonly accounts: Repositories["storageAccounts"];
  }) {
    this.#storageRoot = parts.storageRoot;
    this.#keysFolder = parts.keysFolder;
    this.#accounts = parts.accounts;
  }

  /** @throws Fault StorageKeyMissing */
  async locate(vault: Pick<VaultRef, "id" | "storageAccount">): Promise<StoreLocation> {
    const account = await this.#accounts.get(vault.storageAccount);
    if (!account?.blob) return { kind: "folder", folder: vaultStoreFolder(this.#storageRoot, vault) };
    const { endpoint, accountName, container } = account.blob;
    const accountKey = readIfPresent(this.#keyFile(account.name));
    if (accountKey === null) throw keyMissing(account.name);
    return { kind: "azureBlob", endpoint, accountName, container, accountKey, prefix: `vaults/${vault.id}/` };
  }

  writeKey(account: string, accountKey: string): void {
    replaceFile(this.#keyFile(account), accountKey, 0o600);
  }

  removeKey(account: string): void {
    removeFile(this.#keyFile(account));
  }

  #keyFile(account: string): string {
    return path.join(this.#keysFolder, `storage-${account.toLowerCase()}.key`);
  }
}

function keyMissing(account: string): Fault {
  return new Fault(
    {
      code: "StorageKeyMissing",
      message: `The key of the storage account ${account} is not at hand.`,
      possibleCauses: "Its file was removed from the home folder, or the home was copied without its keys.",
      recommendedAction: "Enter the key again at the storage account.",
    },
    { retryable: true },
  );
}
