import type { Random } from "@/lib/kernel/random";
import { Compressor } from "../blocks/compressor";
import type { VaultKeys } from "../keys/vault-keys";
import type { BlobType } from "./blob-type";
import { listedPacks, PackChecker } from "./check-packs";
import { encodeIndex, type IndexedPack } from "./index-object";
import type { ObjectStore } from "./object-store";
import { PACK_FILL_BYTES, type PackEntry } from "./pack-format";
import { PackWriter } from "./pack-writer";
import { openVaultReader, type VaultReader } from "./vault-reader";

export interface IsolationRequest {
  readonly store: ObjectStore;
  readonly keys: VaultKeys;
  readonly random: Random;
  /** Names of objects that a check found damaged. Each pack is read again: one that is sound now stays. */
  readonly suspects: readonly string[];
  readonly onProgress?: (packsDone: number, packsTotal: number) => void;
  readonly signal?: AbortSignal;
}

export interface Isolation {
  readonly packsRemoved: readonly string[];
  /** Blocks and pages of damaged packs that could still be read, and were stored again. */
  readonly blobsSaved: number;
  readonly blobsLost: number;
  readonly indexesRewritten: number;
}

/**
 * The first half of a repair: nobody relies on damaged packs any more. What can still be read of them is stored again, an
 * index lists that and all other packs, and only then the indexes that list the damaged ones go, and the packs. So a
 * blob is at no moment less known than before, and a writer that relied on a damaged pack gives up (docs/vault-format.md §8a);
 * the next one stores what is missing. Damaged indexes and tombstones go too. Repeatable; not beside a sweep.
 */
export async function isolateDamage(request: IsolationRequest): Promise<Isolation> {
  const { store, keys } = request;
  const vault = await openVaultReader(store, keys);
  const unlisted = await vault.index.readUnindexedPacks(store);
  const suspects = await suspectPacks(request, vault, unlisted);
  const saved = new Salvage(request);
  const removed = new Set<string>(request.suspects.filter((name) => vault.index.unreadablePacks.has(name)));
  let blobsLost = 0;
  for (const [done, pack] of suspects.entries()) {
    request.signal?.throwIfAborted();
    const verdict = await new PackChecker(store, keys).check(pack);
    request.onProgress?.(done + 1, suspects.length);
    if (verdict.damage === null) continue;
    blobsLost += verdict.damage.lost.size;
    removed.add(pack.name);
    if (verdict.blobsVerified > 0) await new PackChecker(store, keys, saved).check(pack);
  }
  const packs = await saved.finish();
  const indexesRewritten = await rewriteIndexes(request, vault, { removed, added: packs, unlisted });
  for (const name of removed) await store.delete(name);
  for (const name of request.suspects)
    if (name.startsWith("tombstones/") && vault.index.damaged.has(name)) await store.delete(name);
  return { packsRemoved: [...removed], blobsSaved: saved.blobs, blobsLost, indexesRewritten };
}

async function suspectPacks(
  { store, keys, suspects }: IsolationRequest,
  vault: VaultReader,
  unlisted: readonly IndexedPack[],
): Promise<IndexedPack[]> {
  const named = new Set(suspects);
  const found = unlisted.filter(({ name }) => named.has(name));
  for await (const pack of listedPacks(store, keys, vault.index.indexes().keys())) {
    if (named.has(pack.name)) found.push(pack);
  }
  return found;
}

interface Rewrite {
  readonly removed: ReadonlySet<string>;
  readonly added: readonly IndexedPack[];
  readonly unlisted: readonly IndexedPack[];
}

/** One index of all that the stale ones listed, of what was saved, and of packs whose index was lost. */
async function rewriteIndexes(
  { store, keys, random }: IsolationRequest,
  vault: VaultReader,
  { removed, added, unlisted }: Rewrite,
): Promise<number> {
  const stale = [...vault.index.indexes()].filter(([, listed]) => listed.some((name) => removed.has(name)));
  const old = stale.map(([name]) => name);
  const damaged = [...vault.index.damaged.keys()].filter((name) => name.startsWith("index/"));
  const packs = new Map(added.map((pack) => [pack.name, pack]));
  for await (const pack of listedPacks(store, keys, old)) packs.set(pack.name, pack);
  for (const pack of unlisted) packs.set(pack.name, pack);
  for (const name of removed) packs.delete(name);
  if (packs.size > 0) {
    const { name, bytes } = encodeIndex([...packs.values()], keys, random);
    await store.put(name, bytes);
  }
  for (const name of [...old, ...damaged]) await store.delete(name);
  return old.length + damaged.length;
}

/** Blobs of damaged packs on their way into new ones. */
class Salvage {
  blobs = 0;
  readonly #request: IsolationRequest;
  readonly #compressor = new Compressor();
  readonly #open = new Map<BlobType, PackWriter>();
  readonly #stored: IndexedPack[] = [];
  #full: PackWriter[] = [];

  constructor(request: IsolationRequest) {
    this.#request = request;
  }

  /** Called for each blob that opens; the bytes are overwritten by the next. */
  take(type: BlobType, { id }: PackEntry, plain: Buffer): void {
    let writer = this.#open.get(type);
    if (writer?.hasRoom() === false) {
      this.#full.push(writer);
      writer = undefined;
    }
    if (writer === undefined) {
      const { keys, random } = this.#request;
      writer = new PackWriter(type, Buffer.alloc(PACK_FILL_BYTES), keys, random, this.#compressor);
      this.#open.set(type, writer);
    }
    writer.add(Buffer.from(id), plain);
    this.blobs += 1;
  }

  /** After each damaged pack, so that few are in memory. */
  async flush(): Promise<void> {
    const full = this.#full;
    this.#full = [];
    for (const writer of full) await this.#store(writer);
  }

  async finish(): Promise<readonly IndexedPack[]> {
    await this.flush();
    for (const writer of this.#open.values()) await this.#store(writer);
    return this.#stored;
  }

  async #store(writer: PackWriter): Promise<void> {
    const { bytes, ...pack } = writer.finish();
    await this.#request.store.put(pack.name, bytes);
    this.#stored.push(pack);
  }
}
