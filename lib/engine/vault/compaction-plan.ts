import type { StoredObject } from "./object-store";
import type { KnownPack, VaultIndex } from "./vault-index";
import type { LiveBlobs } from "./vault-space";

/** Below this share of what is needed, a pack that was compacted before is written anew. */
const LIVE_SHARE_MIN = 0.6;
const SMALL_GROUP_PACK_BYTES = 1024 * 1024;
const SMALL_PAGE_PACK_BYTES = 512 * 1024;
/** Small packs wait for each other, so that nothing is written again for every new one. */
const SMALL_PACKS_MIN = 8;

export interface Candidate {
  readonly pack: KnownPack;
  readonly liveBlobs: number;
}

export interface CompactionPlan {
  /** Packs of blocks and of groups, oldest first. */
  readonly data: readonly Candidate[];
  readonly tree: readonly Candidate[];
}

/**
 * Which packs are worth rewriting: blocks that were stored one by one and are cold by now; packs of which little is needed;
 * many small packs. Left alone: young ones (a replication that is not finished may count on them), those that are going
 * anyway, and those that no point needs, which are the sweep's.
 */
export function planCompaction(
  index: VaultIndex,
  live: LiveBlobs,
  packs: readonly StoredObject[],
  oldest: { readonly now: number; readonly minimumAgeMs: number },
): CompactionPlan {
  const old = packs.filter(({ modifiedAt }) => oldest.now - modifiedAt.getTime() >= oldest.minimumAgeMs);
  const order = new Map(
    old
      .sort((a, b) => a.modifiedAt.getTime() - b.modifiedAt.getTime() || a.name.localeCompare(b.name))
      .map(({ name }, at) => [name, at]),
  );
  const candidates = index
    .knownPacks()
    .filter(({ name, number }) => order.has(name) && index.isReliable(number) && live.packs.has(number))
    .sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
  const livePart = ({ number, sizeBytes }: KnownPack) => (live.packs.get(number)?.bytes ?? 0) / sizeBytes;
  const chosen = new Set<KnownPack>();
  const smallOnes = (type: KnownPack["type"], bytes: number) => {
    const small = candidates.filter((pack) => pack.type === type && pack.sizeBytes < bytes);
    if (small.length >= SMALL_PACKS_MIN) for (const pack of small) chosen.add(pack);
  };
  for (const pack of candidates) {
    if (pack.type === "block" || livePart(pack) < LIVE_SHARE_MIN) chosen.add(pack);
  }
  smallOnes("group", SMALL_GROUP_PACK_BYTES);
  smallOnes("page", SMALL_PAGE_PACK_BYTES);
  const ordered = candidates
    .filter((pack) => chosen.has(pack))
    .map((pack) => ({ pack, liveBlobs: live.packs.get(pack.number)?.blobs ?? 0 }));
  return {
    data: ordered.filter(({ pack }) => pack.type !== "page"),
    tree: ordered.filter(({ pack }) => pack.type === "page"),
  };
}
