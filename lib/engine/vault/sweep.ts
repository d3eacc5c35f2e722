import { assert } from "@/lib/kernel/assert";
import type { Clock } from "@/lib/kernel/clock";
import type { Random } from "@/lib/kernel/random";
import { isZeroId } from "../blocks/blob-id";
import type { VaultKeys } from "../keys/vault-keys";
import { decodeIndex, encodeIndex, type IndexedPack } from "./index-object";
import type { ObjectStore, StoredObject } from "./object-store";
import { openListedPoint } from "./open-point";
import { readPackHeader } from "./pack-header-reader";
import { SWEEP_GRACE_MS } from "./sweep-grace";
import { decodeTombstone, encodeTombstone, type Tombstone } from "./tombstone-object";
import { children } from "./tree-reader";
import { vaultDamage } from "./vault-faults";
import { openVaultReader, treeOfDisk, type VaultReader } from "./vault-reader";

const INDEXES_MAX = 64;

export interface SweepRequest {
  readonly store: ObjectStore;
  readonly keys: VaultKeys;
  readonly random: Random;
  readonly clock: Clock;
  /**
   * Packs younger than this may belong to a replication that is not finished, and are left alone. Should be a day or
   * more; a shorter age is safe, but makes a long replication give up at its end.
   */
  readonly minimumAgeMs: number;
  readonly signal?: AbortSignal;
}

export interface SweepReport {
  readonly packsAnnounced: number;
  readonly packsDeleted: number;
  readonly bytesFreed: number;
  readonly indexesMerged: number;
}

/** Deletes the point's object; its space comes back with the next sweeps. */
export async function deletePoint(store: ObjectStore, name: string): Promise<void> {
  await store.delete(name);
}

/**
 * Gives back the space of packs that no point reaches (docs/vault-format.md §8): deletes what an earlier sweep announced
 * at least SWEEP_GRACE_MS ago and that is still not reached, then announces what has become free. Not to be run twice at
 * once. Throws, having deleted nothing, when any point cannot be walked.
 */
export async function sweep(request: SweepRequest): Promise<SweepReport> {
  const { store, keys } = request;
  const announced = await readTombstones(store, keys);
  const vault = await openVaultReader(store, keys);
  const reached = await reachedPacks(vault, request.signal);
  const packs = [...(await store.list("data/")), ...(await store.list("tree/"))];
  const now = request.clock.now().getTime();
  const due = announced.filter(({ tombstone }) => now - Date.parse(tombstone.at) >= SWEEP_GRACE_MS);
  const doomed = new Set(due.flatMap(({ tombstone }) => tombstone.packs).filter((name) => !reached.has(name)));
  const deleted = packs.filter(({ name }) => doomed.has(name));
  const indexesMerged = await rewriteIndexes(request, vault, packs, doomed);
  for (const { name } of deleted) await store.delete(name);
  for (const { name } of due) await store.delete(name);
  const named = new Set(announced.flatMap(({ tombstone }) => tombstone.packs));
  const free = packs.filter(({ name, modifiedAt }) => {
    const old = now - modifiedAt.getTime() >= request.minimumAgeMs;
    return old && !reached.has(name) && !named.has(name);
  });
  await announce(request, free);
  return {
    packsAnnounced: free.length,
    packsDeleted: deleted.length,
    bytesFreed: deleted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    indexesMerged,
  };
}

async function announce({ store, keys, random, clock }: SweepRequest, packs: readonly StoredObject[]): Promise<void> {
  if (packs.length === 0) return;
  const tombstone: Tombstone = { at: clock.now().toISOString(), packs: packs.map(({ name }) => name) };
  const { name, bytes } = encodeTombstone(tombstone, keys, random);
  await store.put(name, bytes);
}

async function readTombstones(store: ObjectStore, keys: VaultKeys): Promise<{ name: string; tombstone: Tombstone }[]> {
  const found = [];
  for (const { name } of await store.list("tombstones/")) {
    const tombstone = decodeTombstone(await store.get(name), keys);
    if (tombstone === null) throw vaultDamage("VaultIndexDamaged", name, { machine: "this vault", point: null });
    found.push({ name, tombstone });
  }
  return found;
}

/** Names of all packs that hold a page or a block of any point. Pages that several points share are walked once. */
async function reachedPacks(vault: VaultReader, signal: AbortSignal | undefined): Promise<Set<string>> {
  const reached = new Set<string>();
  const walked = new Set<string>();
  for (const { name } of await vault.store.list("points/")) {
    const context = { machine: name.split("/")[1] ?? name, point: name };
    const point = await openListedPoint(vault.store, vault.keys, name, context);
    for (const disk of point?.disks ?? []) {
      const { shape, top } = treeOfDisk(vault, disk, context);
      const walk = async (id: Buffer, level: number): Promise<void> => {
        signal?.throwIfAborted();
        const key = id.toString("latin1");
        if (isZeroId(id) || walked.has(key)) return;
        walked.add(key);
        reached.add((await vault.blobs.locate(id, context)).in.name);
        const page = await vault.blobs.page(id, level, context);
        for (const child of children(page)) {
          if (isZeroId(child)) continue;
          if (level > 1) await walk(child, level - 1);
          else reached.add((await vault.blobs.locate(child, context)).in.name);
        }
      };
      await walk(top, shape.height);
    }
  }
  return reached;
}

/**
 * Before packs go, their names leave the indexes: new indexes of what remains first, then the old ones. Many small indexes
 * become few on the way.
 */
async function rewriteIndexes(
  request: SweepRequest,
  vault: VaultReader,
  packs: readonly StoredObject[],
  doomed: ReadonlySet<string>,
): Promise<number> {
  const { store, keys, random } = request;
  const indexes = [...vault.index.indexes()];
  const damaged = [...vault.index.damaged.keys()];
  const stale = indexes.filter(([, listed]) => listed.some((name) => doomed.has(name)));
  const old = indexes.length > INDEXES_MAX ? indexes : stale;
  if (old.length === 0 && damaged.length === 0) return 0;
  const remaining = await packsOfIndexes(
    request,
    old.map(([name]) => name),
  );
  const listed = new Set(indexes.flatMap(([, names]) => names));
  if (damaged.length > 0) {
    for (const { name, sizeBytes } of packs) {
      const pack = listed.has(name) ? null : await readPackHeader(store, name, sizeBytes, keys);
      if (pack !== null) remaining.set(name, pack);
    }
  }
  const present = new Set(packs.map(({ name }) => name));
  for (const name of remaining.keys()) if (doomed.has(name) || !present.has(name)) remaining.delete(name);
  if (remaining.size > 0) {
    const { name, bytes } = encodeIndex([...remaining.values()], keys, random);
    await store.put(name, bytes);
  }
  for (const [name] of old) await store.delete(name);
  for (const name of damaged) await store.delete(name);
  return old.length + damaged.length;
}

async function packsOfIndexes(
  { store, keys }: SweepRequest,
  names: readonly string[],
): Promise<Map<string, IndexedPack>> {
  const packs = new Map<string, IndexedPack>();
  for (const name of names) {
    const decoded = decodeIndex(await store.get(name), keys);
    assert(decoded !== null, `index ${name} was sound a moment ago`);
    for (const pack of decoded) packs.set(pack.name, pack);
  }
  return packs;
}
