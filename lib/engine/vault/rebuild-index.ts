import type { Random } from "@/lib/kernel/random";
import type { VaultKeys } from "../keys/vault-keys";
import { encodeIndex } from "./index-object";
import type { ObjectReader, ObjectSink } from "./object-store";
import { VaultIndex } from "./vault-index";

/**
 * Stores an index of all packs that no sound index lists, from their own headers: what a vault needs after an index was
 * lost. Damaged packs stay unlisted. Returns how many packs were added.
 */
export async function rebuildIndex(
  store: ObjectReader & ObjectSink,
  keys: VaultKeys,
  random: Random,
): Promise<{ packsAdded: number }> {
  const index = new VaultIndex(keys);
  await index.refresh(store);
  const packs = await index.readUnindexedPacks(store);
  if (packs.length === 0) return { packsAdded: 0 };
  const { name, bytes } = encodeIndex(packs, keys, random);
  await store.put(name, bytes);
  return { packsAdded: packs.length };
}
