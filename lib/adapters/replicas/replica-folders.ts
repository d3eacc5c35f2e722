import fs from "node:fs/promises";
import path from "node:path";
import { translateFileError } from "@/lib/adapters/files/translate-file-error";
import type { ReplicaFolders } from "@/lib/operations/ports/vault-data";
import { Fault } from "@/lib/kernel/fault";

const MARK = ".secondsite-owner.json";
/** The mark while it is written: a folder with nothing else in it is one that was being made. */
const UNFINISHED_MARK = `${MARK}.new`;

/** The folders of deployed machines: `STORAGE/<account>/replicas/<machine>-<job>`, each with our ownership mark. */
export function createReplicaFolders(storageRoot: string): ReplicaFolders {
  const within = (folder: string): string => {
    const resolved = path.resolve(folder);
    if (!resolved.startsWith(path.resolve(storageRoot) + path.sep))
      throw notOurs(folder, "it lies outside the storage accounts");
    return resolved;
  };
  const place = (storageAccount: string, owner: { readonly machineName: string; readonly jobId: string }): string => {
    const name = `${owner.machineName.replace(/[^A-Za-z0-9-]/g, "-")}-${owner.jobId.slice(0, 8)}`;
    return within(path.join(storageRoot, storageAccount.toLowerCase(), "replicas", name));
  };

  const list = async (folder: string): Promise<string[]> => {
    const names = await entries(within(folder));
    return names?.filter((name) => name !== MARK && name !== UNFINISHED_MARK) ?? [];
  };

  return {
    placeOf: async (storageAccount, owner) => place(storageAccount, owner),

    async make(storageAccount, owner) {
      const folder = place(storageAccount, owner);
      await attempt(folder, "create", async () => {
        await fs.mkdir(folder, { recursive: true, mode: 0o700 });
        const unfinished = path.join(folder, UNFINISHED_MARK);
        await fs.writeFile(unfinished, JSON.stringify(owner), { mode: 0o600 });
        await fs.rename(unfinished, path.join(folder, MARK));
      });
      return folder;
    },

    list,

    async freeBytes(storageAccount) {
      const account = within(path.join(storageRoot, storageAccount.toLowerCase()));
      // An account has no folder before its first use; it will be on the disk of all accounts.
      const place = (await entries(account)) === null ? storageRoot : account;
      return attempt(place, "look at", async () => {
        const { bavail, bsize } = await fs.statfs(place);
        return bavail * bsize;
      });
    },

    async sizes(folder) {
      const found = await Promise.all((await list(folder)).map((name) => sizeOf(path.join(folder, name), name)));
      return found.filter((file) => file !== null);
    },

    async remove(folder, owner) {
      const resolved = within(folder);
      const names = await entries(resolved);
      if (names === null) return;
      const halfMade = names.every((name) => name === UNFINISHED_MARK);
      const mark = halfMade ? null : await readMark(resolved);
      if (!halfMade && mark?.itemId !== owner.itemId)
        throw notOurs(folder, "its ownership mark is missing or names another machine");
      await attempt(folder, "delete", async () => {
        // The mark goes last, so that a removal that was interrupted can be repeated.
        for (const name of names) {
          if (name !== MARK) await fs.rm(path.join(resolved, name), { recursive: true, force: true });
        }
        await fs.rm(resolved, { recursive: true, force: true });
      });
    },
  };
}

/** Null when there is no such folder. */
async function entries(folder: string): Promise<string[] | null> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if (isMissing(error)) return null;
    throw translateFileError(error, folder, "list");
  }
}

/** Null for a file that has gone since it was listed. */
async function sizeOf(file: string, name: string): Promise<{ name: string; sizeBytes: number } | null> {
  try {
    return { name, sizeBytes: (await fs.stat(file)).size };
  } catch (error) {
    if (isMissing(error)) return null;
    throw translateFileError(error, file, "look at");
  }
}

/** Null when there is none, or none that can be read: a folder that nobody owns is nobody's to delete. */
async function readMark(folder: string): Promise<{ itemId?: unknown } | null> {
  const file = path.join(folder, MARK);
  try {
    const mark: unknown = JSON.parse(await fs.readFile(file, "utf8"));
    return typeof mark === "object" ? mark : null;
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return null;
    throw translateFileError(error, file, "read");
  }
}

async function attempt<T>(folder: string, operation: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateFileError(error, folder, operation);
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
