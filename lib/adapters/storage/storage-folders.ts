import fs from "node:fs/promises";
import path from "node:path";
import { translateFileError } from "@/lib/adapters/files/translate-file-error";
import { Fault } from "@/lib/kernel/fault";
import type { StorageFolders } from "@/lib/operations/ports/storage-folders";
import type { VaultRef } from "@/lib/operations/ports/vault-data";

/** Where a vault's sealed objects lie inside its storage account. */
export const vaultStoreFolder = (storageRoot: string, vault: Pick<VaultRef, "id" | "storageAccount">) =>
  path.join(storageRoot, vault.storageAccount.toLowerCase(), "vaults", vault.id);

/** Storage accounts as folders below the home: `STORAGE/<account>/vaults/<vault id>` and `STORAGE/<account>/replicas/*`. */
export function createStorageFolders(storageRoot: string): StorageFolders {
  const account = (name: string) => path.join(storageRoot, name.toLowerCase());
  const make = async (folder: string): Promise<void> => {
    try {
      await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw translateFileError(error, folder, "create");
    }
  };

  const list = async (name: string): Promise<string[]> => {
    const found: string[] = [];
    for (const kind of ["vaults", "replicas"]) {
      for (const entry of await entries(path.join(account(name), kind))) found.push(`${kind}/${entry}`);
    }
    return found;
  };

  return {
    ensureAccount: (name) => make(account(name)),
    ensureVaultStore: (vault) => make(vaultStoreFolder(storageRoot, vault)),
    list,
    async removeAccount(name) {
      const left = await list(name);
      if (left.length > 0) {
        throw new Fault({
          code: "StorageAccountNotEmpty",
          message: `The storage account ${name} still holds ${left.join(", ")}.`,
          possibleCauses: "A vault keeps its data in it, or a replica's disks lie in it.",
          recommendedAction: "Delete the vault, or clean up the test failover, and delete the storage account then.",
        });
      }
      await fs.rm(account(name), { recursive: true, force: true });
    },
  };
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
