import fs from "node:fs/promises";
import path from "node:path";
import { tryContainer } from "@/lib/adapters/stores/azure-blob-store";
import { openStore } from "@/lib/adapters/stores/store-location";
import { translateFileError } from "@/lib/adapters/files/translate-file-error";
import { Fault } from "@/lib/kernel/fault";
import type { StorageFolders } from "@/lib/operations/ports/storage-folders";
import type { StoragePlaces } from "./storage-places";

/**
 * Storage accounts as folders below the home: `STORAGE/<account>/vaults/<vault id>` and `STORAGE/<account>/replicas/*`. An
 * account with a container in Azure keeps its vaults there; replicas run here, so their disks are here in any case.
 */
export function createStorageFolders(storageRoot: string, places: StoragePlaces): StorageFolders {
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
    async connectContainer(name, place, accountKey) {
      await tryContainer({ ...place, accountKey, prefix: "" });
      places.writeKey(name, accountKey);
    },
    async ensureVaultStore(vault) {
      await openStore(await places.locate(vault));
    },
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
      places.removeKey(name);
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
