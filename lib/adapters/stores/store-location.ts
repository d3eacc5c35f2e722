import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import type { ObjectStore } from "@/lib/engine/vault/object-store";
import { AzureBlobStore, type AzureBlobLocation } from "./azure-blob-store";
import { FolderStore } from "./folder-store";

/** Which store holds a vault, told from process to process; over private channels only, since it may hold a key. */
export type StoreLocation =
  { readonly kind: "folder"; readonly folder: string } | ({ readonly kind: "azureBlob" } & AzureBlobLocation);

/** With everything in it. Repeatable. */
export async function removeStore(location: StoreLocation): Promise<void> {
  if (location.kind === "folder") return fs.rm(location.folder, { recursive: true, force: true });
  const store = await openStore(location);
  for (const { name } of await store.list("")) await store.delete(name);
}

/** Clients keep their connections; opening one for each object would shake hands for each object. */
const blobStores = new Map<string, AzureBlobStore>();

export async function openStore(location: StoreLocation): Promise<ObjectStore> {
  if (location.kind === "folder") return FolderStore.open(location.folder);
  const id = createHash("sha256").update(JSON.stringify(location)).digest("hex");
  const known = blobStores.get(id);
  if (known) return known;
  const store = await AzureBlobStore.open(location);
  blobStores.set(id, store);
  return store;
}
