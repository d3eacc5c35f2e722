import { Fault } from "@/lib/kernel/fault";
import { BLOCK_BYTES, PAGE_BYTES } from "../blocks/block-size";
import type { VaultKeys } from "../keys/vault-keys";
import { BlobOpener } from "./blob-opener";
import type { BlockGroup } from "./block-group";
import type { BlobPlace } from "./blob-table";
import { GroupCache } from "./group-cache";
import type { ObjectReader } from "./object-store";
import { PageCache } from "./page-cache";
import { vaultDamage, type VaultContext } from "./vault-faults";
import type { KnownPack, VaultIndex } from "./vault-index";

/** Neighbours in a pack that are at most this far apart are fetched together. */
const GAP_BYTES_MAX = 64 * 1024;
const FETCH_BYTES_MAX = 1024 * 1024;
const FETCHES_AHEAD = 4;

export interface WantedBlock {
  readonly id: Buffer;
  readonly blockIndex: number;
}

type Located = BlobPlace & { readonly in: KnownPack };
interface Fetch {
  readonly pack: KnownPack;
  readonly offset: number;
  end: number;
  readonly blocks: { readonly wanted: WantedBlock; readonly place: Located }[];
}

/** Takes a block, whose bytes are overwritten when it has returned; what it returns is waited for before the next. */
export type BlockTaker = (blockIndex: number, block: Buffer) => unknown;

/** Blobs by id, wherever they lie, checked against their ids. Faults name machine, point and pack. */
export class BlobReader {
  readonly #store: ObjectReader;
  readonly #index: VaultIndex;
  readonly #opener: BlobOpener;
  readonly #pages: PageCache;
  readonly #groups = new GroupCache();
  readonly #block = Buffer.alloc(BLOCK_BYTES);
  /** Fetched bytes left behind would be collected only after tens of megabytes: the buffers go round instead. */
  readonly #spare: Buffer[] = [];

  constructor(store: ObjectReader, index: VaultIndex, keys: VaultKeys, pages = new PageCache()) {
    this.#store = store;
    this.#index = index;
    this.#opener = new BlobOpener(keys);
    this.#pages = pages;
  }

  get pages(): PageCache {
    return this.#pages;
  }

  /** An opened page; not to be altered. */
  async page(id: Buffer, level: number, context: VaultContext): Promise<Buffer> {
    const cached = this.#pages.get(id);
    if (cached !== undefined) return cached;
    const { place, sealed } = await this.#fetchPage(id, context);
    const page = Buffer.alloc(PAGE_BYTES);
    if (!this.#opener.openPage(id, level, sealed, place.offset, place.in.salt, page)) {
      throw vaultDamage("VaultPackDamaged", place.in.name, context);
    }
    this.#pages.put(Buffer.from(id), page);
    return page;
  }

  /**
   * Hands each wanted block to `onBlock`, in the order in which they lie in their packs; the buffer is overwritten by the
   * next. Fetches run ahead of the opening.
   */
  async blocks(
    wanted: readonly WantedBlock[],
    context: VaultContext,
    onBlock: BlockTaker,
    signal?: AbortSignal,
  ): Promise<void> {
    const located = await this.#locateAll(wanted, context);
    const unopened = [];
    for (const block of located) if (!(await this.#serveOpenGroup(block, context, onBlock))) unopened.push(block);
    const fetches = planFetches(unopened);
    const pending: Promise<Buffer>[] = [];
    try {
      for (const [at, fetch] of fetches.entries()) {
        signal?.throwIfAborted();
        while (pending.length < FETCHES_AHEAD && at + pending.length < fetches.length) {
          const next = fetches[at + pending.length];
          if (next === undefined) break;
          const length = next.end - next.offset;
          const fetching = this.#fetch(next.pack, next.offset, length, context, this.#takeSpare(length));
          // Looked at when its turn comes; a failure before that must not count as one that nobody handles.
          fetching.catch(() => undefined);
          pending.push(fetching);
        }
        const fetching = pending.shift();
        const bytes = await fetching?.catch((error: unknown) => this.#unlessMoved(fetch, error));
        if (bytes === "moved") {
          const again = fetch.blocks.map((block) => block.wanted);
          await this.blocks(again, context, onBlock, signal);
        } else if (bytes !== undefined) {
          await this.#openFetched(fetch, bytes, context, onBlock);
          this.#giveBack(bytes);
        }
      }
    } finally {
      await Promise.allSettled(pending);
    }
  }

  async locate(id: Buffer, context: VaultContext): Promise<Located> {
    let place = this.#index.locate(id);
    if (place === null) {
      await this.#index.readUnindexedPacks(this.#store);
      place = this.#index.locate(id);
    }
    if (place === null) {
      const [lost] = this.#index.damaged.keys();
      if (lost !== undefined) throw vaultDamage("VaultIndexDamaged", lost, context);
      throw vaultDamage("VaultBlobMissing", "the vault", context);
    }
    return place;
  }

  async #locateAll(
    wanted: readonly WantedBlock[],
    context: VaultContext,
  ): Promise<{ wanted: WantedBlock; place: Located }[]> {
    const located = [];
    for (const one of wanted) located.push({ wanted: one, place: await this.locate(one.id, context) });
    return located;
  }

  async #openFetched(fetch: Fetch, bytes: Buffer, context: VaultContext, onBlock: BlockTaker): Promise<void> {
    for (const { wanted, place } of fetch.blocks) {
      const at = place.offset - fetch.offset;
      const sealed = bytes.subarray(at, at + place.sealedLength);
      if (place.in.type === "group") {
        await taken(onBlock(wanted.blockIndex, this.#takeFromGroup(wanted.id, place, sealed, context)));
        continue;
      }
      if (!this.#opener.openBlock(wanted.id, sealed, place.offset, fetch.pack.salt, this.#block)) {
        throw vaultDamage("VaultPackDamaged", fetch.pack.name, context);
      }
      await taken(onBlock(wanted.blockIndex, this.#block));
    }
  }

  /** True when the block's group is open still: it needs no fetch. */
  async #serveOpenGroup(
    { wanted, place }: { wanted: WantedBlock; place: Located },
    context: VaultContext,
    onBlock: BlockTaker,
  ): Promise<boolean> {
    const group = place.in.type === "group" ? this.#groups.get(place.pack, place.offset) : undefined;
    if (group === undefined) return false;
    await taken(onBlock(wanted.blockIndex, this.#blockOf(group, wanted.id, place, context)));
    return true;
  }

  #takeFromGroup(id: Buffer, place: Located, sealed: Buffer, context: VaultContext): Buffer {
    let group = this.#groups.get(place.pack, place.offset) ?? null;
    if (group === null) {
      group = this.#opener.openGroup(sealed, place.offset, place.in.salt);
      if (group === null) throw vaultDamage("VaultPackDamaged", place.in.name, context);
      this.#groups.put(place.pack, place.offset, group);
    }
    return this.#blockOf(group, id, place, context);
  }

  #blockOf(group: BlockGroup, id: Buffer, place: Located, context: VaultContext): Buffer {
    const block = group.block(id);
    if (block === null || !this.#opener.isBlock(id, block)) {
      throw vaultDamage("VaultPackDamaged", place.in.name, context);
    }
    return block;
  }

  async #fetchPage(id: Buffer, context: VaultContext): Promise<{ place: Located; sealed: Buffer }> {
    const place = await this.locate(id, context);
    const fetch = { pack: place.in, blocks: [{ wanted: { id } }] };
    const sealed = await this.#fetch(place.in, place.offset, place.sealedLength, context).catch((error: unknown) =>
      this.#unlessMoved(fetch, error),
    );
    return sealed === "moved" ? this.#fetchPage(id, context) : { place, sealed };
  }

  /**
   * A pack that is gone may have been compacted since this reader looked: then everything it had is in others by now. Throws
   * the error when that is not so.
   */
  async #unlessMoved(
    {
      pack,
      blocks,
    }: { readonly pack: KnownPack; readonly blocks: readonly { readonly wanted: { readonly id: Buffer } }[] },
    error: unknown,
  ): Promise<"moved"> {
    if (!(error instanceof Fault) || error.code !== "VaultPackMissing") throw error;
    await this.#index.refresh(this.#store, { reading: true });
    const stayed = blocks.some(({ wanted }) => (this.#index.locate(wanted.id)?.in ?? pack) === pack);
    if (stayed) throw error;
    return "moved";
  }

  #takeSpare(length: number): Buffer | undefined {
    if (length > FETCH_BYTES_MAX) return undefined;
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(FETCH_BYTES_MAX);
  }

  /** A store need not have used the buffer that it was given. */
  #giveBack(bytes: Buffer): void {
    const isOurs = bytes.byteOffset === 0 && bytes.buffer.byteLength === FETCH_BYTES_MAX;
    if (isOurs && this.#spare.length < FETCHES_AHEAD) this.#spare.push(Buffer.from(bytes.buffer));
  }

  async #fetch(pack: KnownPack, offset: number, length: number, context: VaultContext, into?: Buffer): Promise<Buffer> {
    try {
      return await this.#store.get(pack.name, { offset, length, ...(into === undefined ? {} : { into }) });
    } catch (error) {
      if (error instanceof Fault && error.code === "ObjectNotFound") {
        throw vaultDamage("VaultPackMissing", pack.name, context, error);
      }
      if (error instanceof Fault && error.code === "ObjectTruncated") {
        throw vaultDamage("VaultPackTruncated", pack.name, context, error);
      }
      throw error;
    }
  }
}

/** Most takers are done at once: no turn of the event loop for each block of theirs. */
async function taken(result: unknown): Promise<void> {
  if (result instanceof Promise) await result;
}

function planFetches(located: { wanted: WantedBlock; place: Located }[]): Fetch[] {
  located.sort((a, b) => a.place.pack - b.place.pack || a.place.offset - b.place.offset);
  const fetches: Fetch[] = [];
  for (const block of located) {
    const { place } = block;
    const end = place.offset + place.sealedLength;
    const last = fetches.at(-1);
    const joins =
      last !== undefined &&
      last.pack === place.in &&
      place.offset - last.end <= GAP_BYTES_MAX &&
      end - last.offset <= FETCH_BYTES_MAX;
    if (joins) {
      last.end = Math.max(last.end, end);
      last.blocks.push(block);
    } else fetches.push({ pack: place.in, offset: place.offset, end, blocks: [block] });
  }
  return fetches;
}
