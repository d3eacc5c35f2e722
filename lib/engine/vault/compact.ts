import type { Clock } from "@/lib/kernel/clock";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import { BLOCK_BYTES } from "../blocks/block-size";
import type { VaultKeys } from "../keys/vault-keys";
import { planCompaction, type Candidate } from "./compaction-plan";
import { GROUP_BLOCKS } from "./block-group";
import type { WantedBlock } from "./blob-reader";
import { GroupPackWriter } from "./group-pack-writer";
import { encodeIndex, type IndexedPack } from "./index-object";
import type { ObjectStore } from "./object-store";
import { rewritePages } from "./compact-pages";
import { readPackHeader } from "./pack-header-reader";
import type { FinishedPack } from "./pack-finish";
import { SimilarBlocks } from "./similar-blocks";
import { encodeTombstone } from "./tombstone-object";
import { openVaultReader, type VaultReader } from "./vault-reader";
import { measureSpace, type LiveBlobs } from "./vault-space";

/** Blocks that are looked at together: 1 GiB, for which the memory is about 30 MiB. */
const BATCH_BLOCKS = 16_384;
const READ_BLOCKS = 128;
const PAUSE_AFTER_MS = 20;
const CONTEXT = { machine: "this vault", point: null };

export interface CompactionRequest {
  readonly store: ObjectStore;
  readonly keys: VaultKeys;
  readonly random: Random;
  readonly clock: Clock;
  /** Packs younger than this are left alone. */
  readonly minimumAgeMs: number;
  /** Blocks rewritten at most, in bytes before compression; the rest is for the next time. */
  readonly bytesMax: number;
  /** Share of the time that is spent working, above 0 and at most 1. */
  readonly duty: number;
  readonly signal?: AbortSignal;
  /** Bytes of blocks before compression. */
  readonly onProgress?: (progress: { readonly bytesDone: number; readonly bytesTotal: number }) => void;
}

export interface CompactionReport {
  readonly packsRewritten: number;
  readonly packsWritten: number;
  /** Sizes of the packs that were rewritten, and of those written in their place. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Packs that could not be read and were left as they are. */
  readonly packsDamaged: number;
  /** The budget ended before the work did. */
  readonly more: boolean;
}

/**
 * Writes what points need of some packs into new ones, blocks that resemble each other compressed together, and announces
 * the old packs to the next sweep (docs/vault-format.md §8). Batch by batch: data, then index, then tombstone, so that
 * a kill at any instant costs the batch at hand. May run beside replications and readers, not beside a sweep or
 * another compaction. Throws, having changed nothing, when a point cannot be walked.
 */
export async function compact(request: CompactionRequest): Promise<CompactionReport> {
  const { store, keys, clock } = request;
  const vault = await openVaultReader(store, keys);
  const { live } = await measureSpace(vault, { signal: request.signal });
  const packs = [...(await store.list("data/")), ...(await store.list("tree/"))];
  const age = { now: clock.now().getTime(), minimumAgeMs: request.minimumAgeMs };
  const plan = planCompaction(vault.index, live, packs, age);
  return new Compaction(request, vault, live).run(plan.data, plan.tree);
}

class Compaction {
  readonly #request: CompactionRequest;
  readonly #vault: VaultReader;
  readonly #live: LiveBlobs;
  #written: IndexedPack[] = [];
  #report = { packsRewritten: 0, packsWritten: 0, bytesBefore: 0, bytesAfter: 0, packsDamaged: 0 };
  #blocksDone = 0;
  #blocksTotal = 0;
  #workingSince: number;

  constructor(request: CompactionRequest, vault: VaultReader, live: LiveBlobs) {
    this.#request = request;
    this.#vault = vault;
    this.#live = live;
    this.#workingSince = request.clock.monotonicMs();
  }

  async run(data: readonly Candidate[], tree: readonly Candidate[]): Promise<CompactionReport> {
    const blocksMax = Math.max(1, Math.floor(this.#request.bytesMax / BLOCK_BYTES));
    const due = takeWhile(data, blocksMax);
    this.#blocksTotal = due.reduce((sum, { liveBlobs }) => sum + liveBlobs, 0);
    for (let at = 0; at < due.length;) {
      const batch = takeWhile(due.slice(at), BATCH_BLOCKS);
      at += batch.length;
      await this.#commit(await this.#rewriteBlocks(batch));
    }
    const { store, keys, random } = this.#request;
    const pages = await rewritePages(
      { store, keys, random, vault: this.#vault, live: this.#live },
      tree.map(({ pack }) => pack),
      (pack) => this.#store(pack),
    );
    this.#report.packsDamaged += pages.damaged;
    await this.#commit(pages.rewritten);
    return { ...this.#report, more: due.length < data.length };
  }

  /** The packs whose needed blocks are in new packs now. */
  async #rewriteBlocks(batch: readonly Candidate[]): Promise<IndexedPack[]> {
    const rewritten: IndexedPack[] = [];
    const similar = new SimilarBlocks(batch.reduce((sum, { pack }) => sum + pack.blobCount, 0));
    const ids: Buffer[] = [];
    for (const candidate of batch) {
      const pack = await this.#look(candidate, similar, ids);
      if (pack !== null) rewritten.push(pack);
      else this.#report.packsDamaged += 1;
    }
    const writer = new GroupPackWriter(this.#request.keys, this.#request.random, (pack) => this.#store(pack));
    const blocks = Array.from({ length: GROUP_BLOCKS }, () => Buffer.alloc(BLOCK_BYTES));
    for (const group of similar.groups(GROUP_BLOCKS)) {
      const members = group.filter((index) => ids[index] !== undefined);
      if (members.length === 0) continue;
      const wanted = members.map((index, blockIndex) => ({ id: ids[index] ?? Buffer.alloc(0), blockIndex }));
      await this.#vault.blobs.blocks(wanted, CONTEXT, (at, block) => void block.copy(blocks[at] ?? block));
      await writer.add(wanted.map(({ id, blockIndex }) => ({ id, block: blocks[blockIndex] ?? Buffer.alloc(0) })));
      await this.#worked(members.length);
    }
    await writer.finish();
    return rewritten;
  }

  /** Takes note of what the pack's needed blocks look like; null when it cannot be read. */
  async #look({ pack }: Candidate, similar: SimilarBlocks, ids: Buffer[]): Promise<IndexedPack | null> {
    const { store, keys } = this.#request;
    const header = await readPackHeader(store, pack.name, pack.sizeBytes, keys);
    if (header === null) return null;
    const needed = header.entries.filter(
      ({ id }) => this.#live.has(id) && this.#vault.index.locate(id)?.in.name === pack.name,
    );
    const first = ids.length;
    const wanted: WantedBlock[] = needed.map(({ id }, at) => ({ id, blockIndex: first + at }));
    try {
      for (let at = 0; at < wanted.length; at += READ_BLOCKS) {
        const some = wanted.slice(at, at + READ_BLOCKS);
        await this.#vault.blobs.blocks(some, CONTEXT, (index, block) => similar.add(index, block));
        await this.#worked(0);
      }
    } catch (error) {
      if (!(error instanceof Fault && error.code.startsWith("Vault"))) throw error;
      return null;
    }
    for (const { id } of needed) ids.push(id);
    return header;
  }

  async #store({ bytes, ...pack }: FinishedPack): Promise<void> {
    await this.#request.store.put(pack.name, bytes);
    this.#written.push(pack);
    this.#report.packsWritten += 1;
    this.#report.bytesAfter += pack.sizeBytes;
  }

  /** Index before tombstone: what is announced is to be found elsewhere already. */
  async #commit(rewritten: readonly IndexedPack[]): Promise<void> {
    const { store, keys, random, clock } = this.#request;
    const written = this.#written;
    this.#written = [];
    if (written.length === 0) return;
    const index = encodeIndex(written, keys, random);
    await store.put(index.name, index.bytes);
    const packs = rewritten.map(({ name }) => name);
    const tombstone = encodeTombstone({ at: clock.now().toISOString(), packs }, keys, random);
    await store.put(tombstone.name, tombstone.bytes);
    this.#report.packsRewritten += rewritten.length;
    this.#report.bytesBefore += rewritten.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Leaves the rest of the time to others. */
  async #worked(blocks: number): Promise<void> {
    const { clock, duty, signal, onProgress } = this.#request;
    signal?.throwIfAborted();
    this.#blocksDone += blocks;
    onProgress?.({ bytesDone: this.#blocksDone * BLOCK_BYTES, bytesTotal: this.#blocksTotal * BLOCK_BYTES });
    const workedMs = clock.monotonicMs() - this.#workingSince;
    if (duty >= 1 || workedMs < PAUSE_AFTER_MS) return;
    await clock.sleep(workedMs * (1 / duty - 1), signal);
    this.#workingSince = clock.monotonicMs();
  }
}

/** The first ones, until there is no room for the next; one at least. */
function takeWhile(candidates: readonly Candidate[], blocksMax: number): Candidate[] {
  const taken: Candidate[] = [];
  let blocks = 0;
  for (const candidate of candidates) {
    if (taken.length > 0 && blocks + candidate.liveBlobs > blocksMax) break;
    taken.push(candidate);
    blocks += candidate.liveBlobs;
  }
  return taken;
}
