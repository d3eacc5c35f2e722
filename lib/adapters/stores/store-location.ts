import type { ObjectStore } from "@/lib/engine/vault/object-store";
import { FolderStore } from "./folder-store";

/** Which store holds a vault, told from process to process. Room for others (Azure Blob) in the union. */
export interface StoreLocation {
  readonly kind: "folder";
  readonly folder: string;
}

export function openStore(location: StoreLocation): Promise<ObjectStore> {
  return FolderStore.open(location.folder);
}
