import { Fault } from "@/lib/kernel/fault";
import { PAGE_BYTES } from "../blocks/block-size";
import { BLOCK_BYTES } from "../blocks/block-size";
import type { VaultKeys } from "../keys/vault-keys";
import type { BlobType } from "./blob-type";
import { BlobOpener } from "./blob-opener";
import { decodeIndex, type IndexedPack } from "./index-object";
import { parseObjectName, sha256Hex } from "./object-names";
import { GroupCache } from "./group-cache";
import type { ObjectReader } from "./object-store";
import { openHeader, headerPlace, PACK_FOOT_BYTES, PACK_HEAD_BYTES, type PackEntry } from "./pack-format";
import type { ObjectProblem } from "./vault-check";

/** A tree is at most so high: 64 PiB. */
const LEVELS_MAX = 4;

/** What is wrong with one pack. */
export interface PackDamage {
  readonly problem: ObjectProblem;
  /** Ids (latin1) of the blobs in it that cannot be read. */
  readonly lost: ReadonlySet<string>;
}

export interface PackVerdict {
  readonly damage: PackDamage | null;
  readonly bytesRead: number;
  readonly blobsVerified: number;
}

/** Receives each blob that opens, for those who save what is left of a pack. */
export interface SoundBlobs {
  take(type: BlobType, entry: PackEntry, plain: Buffer): void;
  flush(): Promise<void>;
}

/** Reads packs whole: SHA-256 against the name, then every blob decrypted, decompressed and hashed. */
export class PackChecker {
  readonly #store: ObjectReader;
  readonly #keys: VaultKeys;
  readonly #opener: BlobOpener;
  readonly #block = Buffer.alloc(BLOCK_BYTES);
  readonly #page = Buffer.alloc(PAGE_BYTES);
  readonly #groups = new GroupCache(1);
  #groupsOf = "";

  readonly #sound: SoundBlobs | null;

  constructor(store: ObjectReader, keys: VaultKeys, sound: SoundBlobs | null = null) {
    this.#sound = sound;
    this.#store = store;
    this.#keys = keys;
    this.#opener = new BlobOpener(keys);
  }

  async check(pack: IndexedPack): Promise<PackVerdict> {
    const bytes = await this.#read(pack.name);
    if (bytes === null) {
      return { damage: { problem: "missing", lost: idsOf(pack.entries) }, bytesRead: 0, blobsVerified: 0 };
    }
    const lost = new Set<string>();
    for (const entry of pack.entries) if (!this.#opens(pack, entry, bytes)) lost.add(entry.id.toString("latin1"));
    await this.#sound?.flush();
    const blobsVerified = pack.entries.length - lost.size;
    const problem = this.#problemOf(pack, bytes, lost.size > 0);
    return { damage: problem === null ? null : { problem, lost }, bytesRead: bytes.length, blobsVerified };
  }

  #problemOf(pack: IndexedPack, bytes: Buffer, lost: boolean): ObjectProblem | null {
    if (sha256Hex(bytes) !== parseObjectName(pack.name)?.sha256) {
      return bytes.length < pack.sizeBytes ? "truncated" : "altered";
    }
    return lost || !this.#headerOpens(bytes) ? "foreign" : null;
  }

  #headerOpens(bytes: Buffer): boolean {
    const place = headerPlace(bytes.subarray(Math.max(0, bytes.length - PACK_FOOT_BYTES)), bytes.length);
    if (place === null) return false;
    const sealed = bytes.subarray(place.offset, place.offset + place.length);
    return openHeader(bytes.subarray(0, PACK_HEAD_BYTES), sealed, place, this.#keys) !== null;
  }

  #opens(pack: IndexedPack, { id, offset, sealedLength }: PackEntry, bytes: Buffer): boolean {
    const sealed = bytes.subarray(offset, offset + sealedLength);
    if (sealed.length < sealedLength) return false;
    if (pack.type === "block") {
      const opens = this.#opener.openBlock(id, sealed, offset, pack.salt, this.#block);
      if (opens) this.#sound?.take("block", { id, offset, sealedLength }, this.#block);
      return opens;
    }
    if (pack.type === "group") return this.#opensInGroup(pack, { id, offset, sealedLength }, sealed);
    // A page does not say its level; its id does, and only for the right one.
    for (let level = 1; level <= LEVELS_MAX; level++) {
      if (!this.#opener.openPage(id, level, sealed, offset, pack.salt, this.#page)) continue;
      this.#sound?.take("page", { id, offset, sealedLength }, this.#page);
      return true;
    }
    return false;
  }

  #opensInGroup(pack: IndexedPack, entry: PackEntry, sealed: Buffer): boolean {
    const { id, offset } = entry;
    let group = this.#groups.get(0, offset);
    if (this.#groupsOf !== pack.name || group === undefined) {
      group = this.#opener.openGroup(sealed, offset, pack.salt) ?? undefined;
      this.#groupsOf = pack.name;
      if (group !== undefined) this.#groups.put(0, offset, group);
    }
    const block = group?.block(id) ?? null;
    if (block === null || !this.#opener.isBlock(id, block)) return false;
    this.#sound?.take("block", entry, block);
    return true;
  }

  async #read(name: string): Promise<Buffer | null> {
    try {
      return await this.#store.get(name);
    } catch (error) {
      if (error instanceof Fault && error.code === "ObjectNotFound") return null;
      throw error;
    }
  }
}

/** Every pack that sound indexes list, once, with its entries: one index in memory at a time. */
export async function* listedPacks(
  store: ObjectReader,
  keys: VaultKeys,
  indexNames: Iterable<string>,
): AsyncGenerator<IndexedPack> {
  const seen = new Set<string>();
  for (const name of indexNames) {
    const bytes = await store.get(name).catch((error: unknown) => {
      // A sweep has replaced it since: what it listed is listed by another one, which the next check reads.
      if (error instanceof Fault && error.code === "ObjectNotFound") return null;
      throw error;
    });
    for (const pack of (bytes && decodeIndex(bytes, keys)) ?? []) {
      if (seen.has(pack.name)) continue;
      seen.add(pack.name);
      yield pack;
    }
  }
}

export function idsOf(entries: readonly PackEntry[]): Set<string> {
  return new Set(entries.map(({ id }) => id.toString("latin1")));
}
