import type { VaultKeys } from "../keys/vault-keys";
import { packKindOf } from "./blob-type";
import type { IndexedPack } from "./index-object";
import { parseObjectName } from "./object-names";
import type { ObjectReader } from "./object-store";
import { headerPlace, openHeader, PACK_FOOT_BYTES, PACK_HEAD_BYTES } from "./pack-format";

/**
 * A pack's own list of what it holds: three small reads. Null when the pack is damaged, truncated or of another vault.
 * Faults of the store pass through.
 */
export async function readPackHeader(
  store: ObjectReader,
  name: string,
  sizeBytes: number,
  keys: VaultKeys,
): Promise<IndexedPack | null> {
  const kind = parseObjectName(name)?.kind;
  if ((kind !== "data" && kind !== "tree") || sizeBytes < PACK_HEAD_BYTES + PACK_FOOT_BYTES) return null;
  const foot = await store.get(name, { offset: sizeBytes - PACK_FOOT_BYTES, length: PACK_FOOT_BYTES });
  const place = headerPlace(foot, sizeBytes);
  if (place === null) return null;
  const head = await store.get(name, { offset: 0, length: PACK_HEAD_BYTES });
  const header = openHeader(head, await store.get(name, place), place, keys);
  if (header === null || packKindOf(header.type) !== kind) return null;
  return { name, type: header.type, sizeBytes, salt: header.salt, entries: header.entries };
}
