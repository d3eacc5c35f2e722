import { idFromHex } from "../blocks/blob-id";
import { treeShape, type TreeShape } from "../blocks/tree-shape";
import type { VaultKeys } from "../keys/vault-keys";
import { BlobReader } from "./blob-reader";
import type { ObjectReader } from "./object-store";
import type { PointDisk } from "./point-object";
import { TreeReader } from "./tree-reader";
import { vaultDamage, type VaultContext } from "./vault-faults";
import { VaultIndex } from "./vault-index";

/** Reading access to a vault: its index, and blobs by id. */
export interface VaultReader {
  readonly store: ObjectReader;
  readonly keys: VaultKeys;
  readonly index: VaultIndex;
  readonly blobs: BlobReader;
}

/** Loads the index. A damaged index object is noted in `index.damaged` and replaced by pack headers when one is needed. */
export async function openVaultReader(store: ObjectReader, keys: VaultKeys): Promise<VaultReader> {
  const index = new VaultIndex(keys);
  await index.refresh(store, { checkPacks: true, reading: true });
  return { store, keys, index, blobs: new BlobReader(store, index, keys) };
}

export function treeOfDisk(
  vault: VaultReader,
  disk: PointDisk,
  context: VaultContext,
): { tree: TreeReader; shape: TreeShape; top: Buffer } {
  const top = idFromHex(disk.top);
  if (top === null) throw vaultDamage("VaultPointDamaged", `disk ${disk.diskId}`, context);
  const shape = treeShape(disk.virtualSizeBytes);
  return { tree: new TreeReader(vault.blobs, shape, top, context), shape, top };
}
