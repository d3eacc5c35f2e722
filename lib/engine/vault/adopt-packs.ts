import type { Clock } from "@/lib/kernel/clock";
import type { Random } from "@/lib/kernel/random";
import type { VaultKeys } from "../keys/vault-keys";
import { encodeIndex, type IndexedPack } from "./index-object";
import type { ObjectReader, ObjectSink, StoredObject } from "./object-store";
import { readPackHeader } from "./pack-header-reader";
import { SWEEP_GRACE_MS } from "./sweep-grace";
import type { VaultIndex } from "./vault-index";

/** Each header costs three small reads; over a wire they must not come one after the other. */
const HEADERS_AT_ONCE = 8;

export interface AdoptedPacks {
  readonly packs: number;
  readonly bytes: number;
}

/**
 * Takes over what earlier runs had stored and could not list, because they were killed or cut off: packs that no index
 * lists are read by their own headers and listed by a new index, so that nothing of them is sent again. Needs no journal
 * that could be stale: the store itself says what it has. Why no sweep is harmed: docs/vault-format.md §7, rule 6.
 */
export async function adoptPacks(
  index: VaultIndex,
  store: ObjectReader & ObjectSink,
  setup: { readonly keys: VaultKeys; readonly random: Random; readonly clock: Clock },
): Promise<AdoptedPacks> {
  const beganAt = setup.clock.monotonicMs();
  // Tombstones first: what is announced now is left alone, what is announced later is not deleted before the grace ends.
  await index.refresh(store);
  const orphans = await index.unlistedPacks(store);
  const packs: IndexedPack[] = [];
  for (let at = 0; at < orphans.length; at += HEADERS_AT_ONCE) {
    const headers = orphans.slice(at, at + HEADERS_AT_ONCE).map((one) => headerOf(store, one, setup.keys));
    for (const pack of await Promise.all(headers)) if (pack !== null) packs.push(pack);
  }
  if (packs.length === 0 || setup.clock.monotonicMs() - beganAt > SWEEP_GRACE_MS / 2) return { packs: 0, bytes: 0 };
  const { name, bytes } = encodeIndex(packs, setup.keys, setup.random);
  await store.put(name, bytes);
  index.adopt(name, packs);
  return { packs: packs.length, bytes: packs.reduce((sum, pack) => sum + pack.sizeBytes, 0) };
}

function headerOf(
  store: ObjectReader,
  { name, sizeBytes }: StoredObject,
  keys: VaultKeys,
): Promise<IndexedPack | null> {
  return readPackHeader(store, name, sizeBytes, keys).catch((error: unknown) => {
    // Deleted by a sweep since it was listed: then it is nobody's any more.
    if (isGone(error)) return null;
    throw error;
  });
}

function isGone(error: unknown): boolean {
  const code = (error as { readonly code?: unknown }).code;
  return code === "ObjectNotFound" || code === "ObjectTruncated";
}
