import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMemoryRepositories } from "@/lib/testing/memory-repositories";
import { createStorageFolders } from "./storage-folders";
import { StoragePlaces } from "./storage-places";

let root: string;
beforeEach(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), "storage-"));
});
afterEach(() => fs.rm(root, { recursive: true }));

function foldersAt(storageRoot: string) {
  const { storageAccounts: accounts } = createMemoryRepositories();
  return createStorageFolders(storageRoot, new StoragePlaces({ storageRoot, keysFolder: storageRoot, accounts }));
}

const vault = { id: "v1", name: "contoso-vault", storageAccount: "ContosoStorage" };

test("an account with a vault in it is not deleted, and says what it holds", async () => {
  const folders = foldersAt(root);
  await folders.ensureAccount("contosostorage");
  await folders.ensureVaultStore(vault);
  expect(await folders.list("CONTOSOSTORAGE")).toEqual(["vaults/v1"]);
  await expect(folders.removeAccount("contosostorage")).rejects.toMatchObject({ code: "StorageAccountNotEmpty" });
});

test("an empty account is deleted, and deleting it again is no error", async () => {
  const folders = foldersAt(root);
  await folders.ensureAccount("contosostorage");
  await folders.removeAccount("contosostorage");
  await folders.removeAccount("contosostorage");
  expect(await fs.readdir(root)).toEqual([]);
});
