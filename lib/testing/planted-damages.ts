import { BLOCK_BYTES, ID_BYTES, PAGE_CHILDREN } from "@/lib/engine/blocks/block-size";
import { isZeroId } from "@/lib/engine/blocks/blob-id";
import { treeShape } from "@/lib/engine/blocks/tree-shape";
import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import { BlobOpener } from "@/lib/engine/vault/blob-opener";
import { decodeIndex, type IndexedPack } from "@/lib/engine/vault/index-object";
import type { PackEntry } from "@/lib/engine/vault/pack-format";
import { decodePoint } from "@/lib/engine/vault/point-object";
import type { Random } from "@/lib/kernel/random";
import type { MemoryStore } from "./memory-store";

type Objects = MemoryStore["objects"];

/** What a check must say, no more and no less. */
export interface Truth {
  readonly objects: Map<string, string>;
  readonly unlisted: Set<string>;
  readonly lostPoints: Set<string>;
  /** "point disk block-index". */
  readonly blocks: Set<string>;
}

interface Setup {
  readonly objects: Objects;
  /** Indexes that a sweep has replaced: put back, they name packs that are gone. */
  readonly staleIndexes: Objects;
  readonly points: readonly string[];
  readonly keys: VaultKeys;
  readonly random: Random;
  /** Only what shows without reading packs: no change of their content that leaves their size. */
  readonly structural: boolean;
}

/**
 * Damages a copy of a sound vault at random places and knows what that must cost, worked out from the sound vault by the
 * plainest means: no cache, no shared subtrees, a list of every block of every point.
 */
export class PlantedDamages {
  readonly objects: Objects;
  readonly story: string[] = [];
  readonly #setup: Setup;
  readonly #problems = new Map<string, string>();
  readonly #touched = new Set<string>();
  /** The pack's blobs that cannot be read. */
  readonly #lost = new Map<string, (entry: PackEntry) => boolean>();
  readonly #packs = new Map<string, IndexedPack>();
  readonly #lists = new Map<string, readonly string[]>();
  readonly #pages = new Map<string, Buffer>();
  readonly #holders = new Map<string, IndexedPack>();
  readonly #headerLost = new Set<string>();
  #swapped = false;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.objects = new Map(setup.objects);
    for (const [name, { bytes }] of [...setup.objects, ...setup.staleIndexes]) {
      if (!name.startsWith("index/")) continue;
      const packs = decodeIndex(bytes, setup.keys) ?? [];
      this.#lists.set(
        name,
        packs.map((pack) => pack.name),
      );
      for (const pack of packs) this.#packs.set(pack.name, pack);
    }
  }

  plant(): void {
    const damages = 1 + this.#pick(5);
    for (let done = 0; done < damages; done++) this.#plantOne();
  }

  truth(): Truth {
    const objects = new Map(this.#problems);
    const listed = new Set([...this.#lists].flatMap(([index, packs]) => (this.#isSoundIndex(index) ? packs : [])));
    // Without an index a pack is what its own header says; without a header it is a file that fails its hash, and when
    // it is gone as well nobody knows its name.
    const nameless = (name: string) => this.#headerLost.has(name) && !listed.has(name);
    for (const [name, problem] of objects) {
      if (!isPack(name) || !nameless(name)) continue;
      if (problem === "missing") objects.delete(name);
      else objects.set(name, "altered");
    }
    const blocks = new Set<string>();
    const lostPoints = new Set<string>();
    const needed = new Set<string>();
    const lostAt = (id: Buffer) => {
      const pack = this.#holderOf(id);
      if (nameless(pack.name)) return true;
      needed.add(pack.name);
      const entry = pack.entries.find((one) => one.id.equals(id));
      return entry !== undefined && this.#lost.get(pack.name)?.(entry) === true;
    };
    for (const name of this.#setup.points) {
      if (this.#problems.has(name)) {
        lostPoints.add(name);
        continue;
      }
      this.#walkPoint(name, lostAt, (disk, block) => blocks.add(`${name} ${disk} ${block}`));
    }
    const unlisted = new Set([...needed].filter((name) => !listed.has(name)));
    return { objects, unlisted, lostPoints, blocks };
  }

  #isSoundIndex(name: string): boolean {
    return this.objects.has(name) && !this.#problems.has(name);
  }

  #plantOne(): void {
    const kinds = [this.#flip, this.#truncate, this.#remove, this.#swap, this.#putBack];
    const kind = kinds[this.#pick(kinds.length)];
    kind?.call(this);
  }

  #flip(): void {
    const name = this.#victim((one) => (this.#setup.structural ? !isPack(one) : !this.#swapped || !isIndex(one)));
    if (name === null) return;
    const bytes = Buffer.from(this.#bytes(name));
    const at = this.#pick(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << this.#pick(8));
    this.#replace(name, bytes, "altered", `bit flipped at ${at} of ${name}`);
    this.#lost.set(name, ({ offset, sealedLength }) => at >= offset && at < offset + sealedLength);
    if (!isPack(name)) return;
    const entries = this.#packs.get(name)?.entries ?? [];
    if (!entries.some(({ offset, sealedLength }) => at >= offset && at < offset + sealedLength)) {
      this.#headerLost.add(name);
    }
  }

  #truncate(): void {
    const name = this.#victim((one) => !this.#swapped || !isIndex(one));
    if (name === null) return;
    const bytes = this.#bytes(name);
    const length = this.#pick(bytes.length);
    const problem = isPack(name) ? "truncated" : "altered";
    this.#replace(name, bytes.subarray(0, length), problem, `${name} cut to ${length} bytes`);
    this.#lost.set(name, ({ offset, sealedLength }) => offset + sealedLength > length);
    this.#headerLost.add(name);
  }

  /** Nobody remembers indexes and tombstones by name: a missing one shows by what it listed. */
  #remove(): void {
    const name = this.#victim((one) => !one.startsWith("tombstones/") && (!this.#swapped || !isIndex(one)));
    if (name === null) return;
    this.objects.delete(name);
    this.story.push(`${name} removed`);
    if (!name.startsWith("index/")) this.#problems.set(name, "missing");
    this.#lost.set(name, () => true);
    this.#headerLost.add(name);
  }

  /** Not where an index is damaged as well: a pack that no index lists is read by the header that it was given. */
  #swap(): void {
    if (this.#setup.structural || [...this.#touched].some(isIndex)) return;
    this.#swapped = true;
    const one = this.#victim((name) => !isIndex(name));
    const kind = one?.split("/")[0] ?? "";
    const other = this.#victim((name) => name.startsWith(`${kind}/`));
    if (one === null || other === null) return;
    const [a, b] = [this.#bytes(one), this.#bytes(other)];
    for (const [name, before, bytes] of [[one, a, b] as const, [other, b, a] as const]) {
      const problem = isPack(name) && bytes.length < before.length ? "truncated" : "altered";
      this.#replace(name, bytes, problem, `${name} has another's content`);
      this.#lost.set(name, () => true);
    }
  }

  /** A genuine index of earlier days: what it lists and the vault does not have is missing, and nobody misses it. */
  #putBack(): void {
    const [stale] = this.#setup.staleIndexes;
    if (stale === undefined || this.#touched.has(stale[0])) return;
    this.#touched.add(stale[0]);
    this.objects.set(stale[0], stale[1]);
    this.story.push(`stale ${stale[0]} put back`);
    for (const pack of this.#lists.get(stale[0]) ?? []) {
      if (!this.#setup.objects.has(pack)) this.#problems.set(pack, "missing");
    }
  }

  #replace(name: string, bytes: Buffer, problem: string, what: string): void {
    this.objects.set(name, { bytes, modifiedAt: new Date(0) });
    this.#problems.set(name, problem);
    this.story.push(what);
  }

  /** An object that nothing was done to yet, and that something relies on: damage to an orphan harms nobody. */
  #victim(suits: (name: string) => boolean): string | null {
    const listed = new Set([...this.#lists.values()].flat());
    const candidates = [...this.#setup.objects.keys()].filter(
      (name) => suits(name) && !this.#touched.has(name) && (!isPack(name) || listed.has(name)),
    );
    const name = candidates[this.#pick(candidates.length)];
    if (name === undefined) return null;
    this.#touched.add(name);
    return name;
  }

  #walkPoint(name: string, lostAt: (id: Buffer) => boolean, onLost: (disk: string, block: number) => void): void {
    const point = decodePoint(name, this.#sound(name), this.#setup.keys);
    for (const disk of point?.disks ?? []) {
      const shape = treeShape(disk.virtualSizeBytes);
      const loseAll = (first: number, count: number) => {
        for (let block = first; block < first + count && block * BLOCK_BYTES < disk.virtualSizeBytes; block++) {
          onLost(disk.diskId, block);
        }
      };
      const walk = (id: Buffer, level: number, index: number): void => {
        if (isZeroId(id)) return;
        if (lostAt(id)) loseAll(index * PAGE_CHILDREN ** level, PAGE_CHILDREN ** level);
        else if (level > 0) {
          const page = this.#openPage(id, level);
          for (let child = 0; child < PAGE_CHILDREN; child++) {
            walk(page.subarray(child * ID_BYTES, (child + 1) * ID_BYTES), level - 1, index * PAGE_CHILDREN + child);
          }
        }
      };
      walk(Buffer.from(disk.top, "hex"), shape.height, 0);
    }
  }

  #openPage(id: Buffer, level: number): Buffer {
    const known = this.#pages.get(id.toString("hex"));
    if (known !== undefined) return known;
    const pack = this.#holderOf(id);
    const entry = pack.entries.find((one) => one.id.equals(id));
    const page = Buffer.alloc(PAGE_CHILDREN * ID_BYTES);
    const at = entry?.offset ?? 0;
    const sealed = this.#sound(pack.name).subarray(at, at + (entry?.sealedLength ?? 0));
    if (!new BlobOpener(this.#setup.keys).openPage(id, level, sealed, at, pack.salt, page)) {
      throw new Error("the vault was sound before it was damaged");
    }
    this.#pages.set(id.toString("hex"), page);
    return page;
  }

  #holderOf(id: Buffer): IndexedPack {
    if (this.#holders.size === 0) {
      for (const pack of this.#packs.values()) {
        if (!this.#setup.objects.has(pack.name)) continue;
        for (const entry of pack.entries) this.#holders.set(entry.id.toString("hex"), pack);
      }
    }
    const holder = this.#holders.get(id.toString("hex"));
    if (holder === undefined) throw new Error("a point needs a blob that no pack holds");
    return holder;
  }

  #bytes(name: string): Buffer {
    return this.objects.get(name)?.bytes ?? Buffer.alloc(0);
  }

  #sound(name: string): Buffer {
    return this.#setup.objects.get(name)?.bytes ?? Buffer.alloc(0);
  }

  #pick(below: number): number {
    return below === 0 ? 0 : this.#setup.random.bytes(4).readUInt32LE() % below;
  }
}

function isIndex(name: string): boolean {
  return name.startsWith("index/");
}

function isPack(name: string): boolean {
  return name.startsWith("data/") || name.startsWith("tree/");
}
