import { assert } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import type { VaultKeys } from "../keys/vault-keys";
import { BlobTable, createSharedBlobTable, PACK_DEAD, PACK_STORED, type BlobPlace } from "./blob-table";
import type { PackType } from "./blob-type";
import { decodeIndex, type IndexedPack } from "./index-object";
import type { ObjectReader, StoredObject } from "./object-store";
import { readPackHeader } from "./pack-header-reader";
import { decodeTombstone } from "./tombstone-object";
import { vaultDamage } from "./vault-faults";

export interface KnownPack {
  readonly number: number;
  readonly name: string;
  readonly type: PackType;
  readonly sizeBytes: number;
  readonly salt: Buffer;
  readonly blobCount: number;
}

/**
 * What is known of the vault's contents: loaded from its index objects once, and refreshed by name after that. The
 * table inside is shared with the worker threads.
 */
export class VaultIndex {
  readonly table: BlobTable;
  readonly #keys: VaultKeys;
  readonly #byName = new Map<string, KnownPack>();
  readonly #byNumber = new Map<number, KnownPack>();
  /** Sound index objects that were there at the last refresh, and the packs that each lists. */
  #indexes = new Map<string, readonly string[]>();
  /** Index objects that could not be used (readers fall back on pack headers), and tombstones that a reader could not open. */
  readonly damaged = new Map<string, Fault>();
  /** Packs that no sound index lists and that do not say themselves what they hold. */
  readonly unreadablePacks = new Set<string>();
  /** Listed packs that the store does not have as listed. */
  readonly #lost = new Set<string>();
  /** While connecting: the packs that the store has, and their sizes. */
  #present: ReadonlyMap<string, number> | null = null;
  #headersRead = false;
  #doomed: ReadonlySet<string> = new Set();
  /** Packs with blobs that are read from another pack, until that one goes. */
  readonly #shadowed = new Set<string>();
  #elsewhereUnread = false;

  constructor(keys: VaultKeys, expectedBlobs = 0) {
    this.#keys = keys;
    this.table = new BlobTable(createSharedBlobTable(expectedBlobs));
  }

  /**
   * Brings the knowledge up to date with what the store lists: tombstones first, then indexes (why: vault-format §8).
   * With `checkPacks` packs that are absent or have another size are not relied on either, and where a blob is in a sound
   * pack as well, that one is read. `reading`: nothing new will rely on what is found, so that a damaged tombstone is
   * noted and need not stop anybody.
   */
  async refresh(store: ObjectReader, options: { checkPacks?: boolean; reading?: boolean } = {}): Promise<void> {
    if (options.checkPacks === true) this.#present = await packSizes(store);
    const damaged = options.reading === true ? this.damaged : null;
    const doomed = await readDoomedPacks(store, this.#keys, damaged);
    this.#doomed = doomed;
    await this.#loadIndexes(store);
    const listed = new Set([...this.#indexes.values()].flat());
    let died = false;
    for (const pack of this.#byName.values()) {
      const alive = listed.has(pack.name) && !doomed.has(pack.name) && !this.#lost.has(pack.name);
      if (alive || this.table.packState(pack.number) !== PACK_STORED) continue;
      this.table.setPackState(pack.number, PACK_DEAD);
      died = true;
    }
    if (died || this.#elsewhereUnread) await this.#readElsewhere(store);
    this.#present = null;
  }

  /** Packs in no sound index, from their headers: the way to read a vault that has lost an index. Once a session. */
  async readUnindexedPacks(store: ObjectReader): Promise<IndexedPack[]> {
    if (this.#headersRead) return [];
    this.#headersRead = true;
    const found: IndexedPack[] = [];
    for (const [name, sizeBytes] of await packSizes(store)) {
      if (this.#byName.has(name)) continue;
      const header = await readPackHeader(store, name, sizeBytes, this.#keys);
      if (header === null) {
        this.unreadablePacks.add(name);
        continue;
      }
      found.push(header);
      this.#addStored(header);
    }
    return found;
  }

  /** Packs of the store that no sound index listed and no tombstone named at the last refresh. */
  async unlistedPacks(store: ObjectReader): Promise<StoredObject[]> {
    const listed = new Set([...this.#indexes.values()].flat());
    const objects = [...(await store.list("data/")), ...(await store.list("tree/"))];
    return objects.filter(({ name }) => !listed.has(name) && !this.#doomed.has(name) && !this.#lost.has(name));
  }

  /** Packs of another run that an index of ours lists from now on. */
  adopt(indexName: string, packs: readonly IndexedPack[]): void {
    const names = packs.map((pack) => pack.name);
    for (const pack of packs) this.#addStored(pack);
    this.#indexes.set(indexName, names);
  }

  /** The number under which a pack that a run is filling is known from now on. */
  registerOpen(number: number, pack: IndexedPack): void {
    this.#remember(number, pack);
    for (const { id, offset, sealedLength } of pack.entries) this.table.setPlace(id, number, offset, sealedLength);
  }

  /** An index that this process has stored: its packs may be relied on by everybody now. */
  registerIndex(name: string, packs: readonly { number: number; name: string }[]): void {
    this.#indexes.set(
      name,
      packs.map((pack) => pack.name),
    );
    for (const { number } of packs) this.table.setPackState(number, PACK_STORED);
  }

  locate(id: Buffer): (BlobPlace & { readonly in: KnownPack }) | null {
    const place = this.table.place(id);
    const pack = place === null ? undefined : this.#byNumber.get(place.pack);
    return place === null || pack === undefined ? null : { ...place, in: pack };
  }

  packByNumber(number: number): KnownPack {
    const pack = this.#byNumber.get(number);
    assert(pack !== undefined, `pack number ${number} was never registered`);
    return pack;
  }

  /** Names of packs that an index lists and the store does not have as listed. */
  get lostPacks(): string[] {
    return [...this.#lost];
  }

  isReliable(pack: number): boolean {
    return this.table.packState(pack) === PACK_STORED;
  }

  /** Named by a tombstone at the last refresh. */
  isDoomed(name: string): boolean {
    return this.#doomed.has(name);
  }

  knownPacks(): KnownPack[] {
    return [...this.#byName.values()];
  }

  /** Sound index objects and the packs that each lists. */
  indexes(): ReadonlyMap<string, readonly string[]> {
    return this.#indexes;
  }

  async #loadIndexes(store: ObjectReader): Promise<void> {
    const present = new Map<string, readonly string[]>();
    for (const { name } of await store.list("index/")) {
      const known = this.#indexes.get(name);
      if (known !== undefined) present.set(name, known);
      else if (!this.damaged.has(name)) {
        const packs = await this.#loadIndex(store, name);
        if (packs !== null) present.set(name, packs);
      }
    }
    this.#indexes = present;
  }

  async #loadIndex(store: ObjectReader, name: string): Promise<readonly string[] | null> {
    const bytes = await getIfThere(store, name);
    if (bytes === null) return null;
    const packs = decodeIndex(bytes, this.#keys);
    if (packs === null) {
      this.damaged.set(name, vaultDamage("VaultIndexDamaged", name, { machine: "this vault", point: null }));
      return null;
    }
    for (const pack of packs) {
      if (!(await this.#isPresent(store, pack))) this.#lost.add(pack.name);
      this.#addStored(pack);
    }
    return packs.map((pack) => pack.name);
  }

  async #isPresent(store: ObjectReader, { name, sizeBytes }: IndexedPack): Promise<boolean> {
    if (this.#present === null || this.#present.get(name) === sizeBytes) return true;
    // It may have been stored since the list was made.
    return (await store.size(name)) === sizeBytes;
  }

  /** What lay in packs that are going, and was compacted, is read from the packs that have it as well. */
  async #readElsewhere(store: ObjectReader): Promise<void> {
    this.#elsewhereUnread = false;
    if (this.#shadowed.size === 0) return;
    for (const [name, listed] of this.#indexes) {
      if (!listed.some((pack) => this.#shadowed.has(pack))) continue;
      const bytes = await getIfThere(store, name);
      // A sweep has just written another index in its place.
      if (bytes === null) this.#elsewhereUnread = true;
      const packs = bytes === null ? null : decodeIndex(bytes, this.#keys);
      for (const pack of packs ?? []) {
        const number = this.#byName.get(pack.name)?.number;
        if (number !== undefined && this.#shadowed.has(pack.name)) this.#insert(number, pack);
      }
    }
  }

  #insert(number: number, { name, entries }: IndexedPack): void {
    let shadowed = false;
    for (const { id, offset, sealedLength } of entries) {
      if (!this.table.insertStored(id, number, offset, sealedLength)) shadowed = true;
    }
    if (shadowed) this.#shadowed.add(name);
    else this.#shadowed.delete(name);
  }

  #addStored(pack: IndexedPack): void {
    const gone = this.#lost.has(pack.name) || this.#doomed.has(pack.name);
    const state = gone ? PACK_DEAD : PACK_STORED;
    const known = this.#byName.get(pack.name);
    if (known !== undefined) {
      if (this.table.packState(known.number) === PACK_DEAD) this.table.setPackState(known.number, state);
      return;
    }
    const number = this.table.newPack(state);
    this.#remember(number, pack);
    this.table.reserve(pack.entries.length);
    this.#insert(number, pack);
  }

  #remember(number: number, { name, type, sizeBytes, salt, entries }: IndexedPack): void {
    const known = { number, name, type, sizeBytes, salt, blobCount: entries.length };
    this.#byName.set(name, known);
    this.#byNumber.set(number, known);
  }
}

async function readDoomedPacks(
  store: ObjectReader,
  keys: VaultKeys,
  damaged: Map<string, Fault> | null,
): Promise<Set<string>> {
  const doomed = new Set<string>();
  for (const { name } of await store.list("tombstones/")) {
    const bytes = await getIfThere(store, name);
    if (bytes === null) continue;
    const tombstone = decodeTombstone(bytes, keys);
    if (tombstone === null) {
      const fault = vaultDamage("VaultIndexDamaged", name, { machine: "this vault", point: null });
      // It may name any pack, and nothing that is doomed may be relied on.
      if (damaged === null) throw fault;
      damaged.set(name, fault);
    }
    for (const pack of tombstone?.packs ?? []) doomed.add(pack);
  }
  return doomed;
}

/** Null when a sweep deleted it since it was listed: then it counts as not listed. */
async function getIfThere(store: ObjectReader, name: string): Promise<Buffer | null> {
  try {
    return await store.get(name);
  } catch (error) {
    if (error instanceof Fault && error.code === "ObjectNotFound") return null;
    throw error;
  }
}

async function packSizes(store: ObjectReader): Promise<Map<string, number>> {
  const listed = [...(await store.list("data/")), ...(await store.list("tree/"))];
  return new Map(listed.map(({ name, sizeBytes }) => [name, sizeBytes]));
}
