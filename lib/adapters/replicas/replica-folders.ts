import fs from "node:fs/promises";
import path from "node:path";
import type { ReplicaFolders } from "@/lib/operations/ports/vault-data";
import { Fault } from "@/lib/kernel/fault";

const MARK = ".secondsite-owner.json";

/** The folders of deployed machines: `STORAGE/<account>/replicas/<machine>-<job>`, each with our ownership mark. */
export function createReplicaFolders(storageRoot: string): ReplicaFolders {
  const within = (folder: string): string => {
    const resolved = path.resolve(folder);
    if (!resolved.startsWith(path.resolve(storageRoot) + path.sep))
      throw notOurs(folder, "it lies outside the storage accounts");
    return resolved;
  };

  return {
    async make(storageAccount, owner) {
      const name = `${owner.machineName.replace(/[^A-Za-z0-9-]/g, "-")}-${owner.jobId.slice(0, 8)}`;
      const folder = within(path.join(storageRoot, storageAccount.toLowerCase(), "replicas", name));
      await fs.mkdir(folder, { recursive: true, mode: 0o700 });
      await fs.writeFile(path.join(folder, MARK), JSON.stringify(owner), { mode: 0o600 });
      return folder;
    },

    async list(folder) {
      try {
        return (await fs.readdir(within(folder))).filter((name) => name !== MARK);
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },

    async remove(folder, owner) {
      const resolved = within(folder);
      try {
        await fs.access(resolved);
      } catch (error) {
        if (isMissing(error)) return;
        throw error;
      }
      const mark = await readMark(resolved);
      if (mark?.itemId !== owner.itemId)
        throw notOurs(folder, "its ownership mark is missing or names another machine");
      // The mark goes last, so that a removal that was interrupted can be repeated.
      for (const name of await fs.readdir(resolved)) {
        if (name !== MARK) await fs.rm(path.join(resolved, name), { recursive: true });
      }
      await fs.rm(resolved, { recursive: true });
    },
  };
}

async function readMark(folder: string): Promise<{ itemId: string } | null> {
  try {
    return JSON.parse(await fs.readFile(path.join(folder, MARK), "utf8")) as { itemId: string };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOENT";

function notOurs(folder: string, why: string): Fault {
  return new Fault({
    code: "NotOurs",
    message: `The folder ${folder} is not deleted: ${why}.`,
    possibleCauses: "Somebody moved or edited the folder of a replica.",
    recommendedAction: "Look at the folder and delete it by hand when nothing in it is needed.",
  });
}
