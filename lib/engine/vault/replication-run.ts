import { assert } from "@/lib/kernel/assert";
import type { Clock } from "@/lib/kernel/clock";
import type { Random } from "@/lib/kernel/random";
import { isZeroId } from "../blocks/blob-id";
import type { BlockHasher } from "../blocks/block-hasher";
import type { Compressor } from "../blocks/compressor";
import type { TreeShape } from "../blocks/tree-shape";
import type { VaultKeys } from "../keys/vault-keys";
import type { BlobReader } from "./blob-reader";
import { PACK_DEAD, PACK_STORED } from "./blob-table";
import type {
  BlockUnit,
  BlockUnitResult,
  BlockWorkers,
  OpenBlockSource,
  SourceOpener,
  SourceSpec,
} from "./block-workers";
import type { BufferPool } from "./buffer-pool";
import type { ObjectReader, ObjectSink } from "./object-store";
import type { FinishedPack } from "./pack-finish";
import { PackWriter } from "./pack-writer";
import { encodePoint, type Point } from "./point-object";
import { DiskReplication, type DiskRun, type ReplicatedDisk, type ReplicateDiskRequest } from "./replicate-disk";
import { RunPacks } from "./run-packs";
import { SWEEP_GRACE_MS } from "./sweep-grace";
import { children, TreeReader } from "./tree-reader";
import { runOvertaken, type VaultContext } from "./vault-faults";
import type { VaultIndex } from "./vault-index";

export interface RunSetup {
  readonly number: number;
  readonly machineId: string;
  /** For messages. */
  readonly machineName: string;
  readonly store: ObjectReader & ObjectSink;
  readonly keys: VaultKeys;
  readonly index: VaultIndex;
  readonly reader: BlobReader;
  readonly workers: BlockWorkers;
  readonly buffers: BufferPool;
  readonly hasher: BlockHasher;
  readonly compressor: Compressor;
  readonly openSource: SourceOpener;
  readonly random: Random;
  readonly clock: Clock;
  readonly onEnd: (committed: boolean) => void;
}

export type NewPoint = Omit<Point, "machineId">;

/**
 * One replication of a machine: its disks, then the point that makes them visible. Ends with `commit` or `abort`; a run
 * that failed must be aborted. Nothing of it is visible before `commit` resolves.
 */
export class ReplicationRun implements DiskRun {
  readonly #setup: RunSetup;
  readonly #packs: RunPacks;
  readonly #reliedOn = new Set<number>();
  #treePack: { readonly number: number; readonly writer: PackWriter; readonly buffer: ArrayBuffer } | null = null;
  /** Pages are stored one after the other: they share a pack. */
  #storing: Promise<unknown> = Promise.resolve();
  #blocksClaimable = 0;
  #ended = false;

  constructor(setup: RunSetup) {
    this.#setup = setup;
    const { index, keys, random, store, buffers } = setup;
    this.#packs = new RunPacks({ index, keys, random, sink: store, giveBuffer: (buffer) => buffers.give(buffer) });
  }

  get machineName(): string {
    return this.#setup.machineName;
  }

  get hasher(): BlockHasher {
    return this.#setup.hasher;
  }

  /** Bytes of packs that the store has acknowledged so far. */
  get storedBytes(): number {
    return this.#packs.storedBytes;
  }

  async replicateDisk(request: ReplicateDiskRequest): Promise<ReplicatedDisk> {
    assert(!this.#ended, "a disk was replicated in a run that has ended");
    return new DiskReplication(this, request).replicate();
  }

  /**
   * Stores what is left, then the index, then the point. Fault ReplicationOvertaken (retryable) when a sweep or a
   * deletion took something away that the run relied on.
   */
  async commit(newPoint: NewPoint): Promise<{ name: string; point: Point }> {
    assert(!this.#ended, "a run was committed that has ended");
    await this.#setup.workers.finishRun(this.#setup.number);
    await this.#storing;
    this.#closeTreePack();
    await this.#packs.settle();
    const checkedAt = this.#setup.clock.monotonicMs();
    await this.#checkNothingWasTakenAway(newPoint.previous);
    const point: Point = { machineId: this.#setup.machineId, ...newPoint };
    const { name, bytes } = encodePoint(point, this.#setup.keys, this.#setup.random);
    await this.#setup.store.put(name, bytes);
    if (this.#setup.clock.monotonicMs() - checkedAt > SWEEP_GRACE_MS / 2) {
      throw runOvertaken(
        this.machineName,
        "storing the recovery point took so long that a sweep may have overtaken it",
      );
    }
    this.#ended = true;
    this.#setup.onEnd(true);
    return { name, point };
  }

  /** Idempotent; also after a failure. What was stored already is kept for the next run. */
  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      await this.#setup.workers.discardRun(this.#setup.number);
    } finally {
      await this.#storing;
      if (this.#treePack !== null) {
        this.#setup.index.table.setPackState(this.#treePack.number, PACK_DEAD);
        this.#setup.buffers.give(this.#treePack.buffer);
        this.#treePack = null;
      }
      await this.#packs.giveUp();
      this.#setup.onEnd(false);
    }
  }

  /** Called by the session when a worker has finished a pack of this run. */
  takePack(number: number, pack: FinishedPack): void {
    this.#packs.add(number, pack);
  }

  check(): void {
    this.#packs.check();
  }

  openSource(spec: SourceSpec): OpenBlockSource {
    return this.#setup.openSource(spec);
  }

  earlierTree(shape: TreeShape, top: Buffer): TreeReader {
    const context: VaultContext = { machine: this.machineName, point: null };
    return new TreeReader(this.#setup.reader, shape, top, context);
  }

  async process(unit: Omit<BlockUnit, "run" | "segments">, signal: AbortSignal | undefined): Promise<BlockUnitResult> {
    signal?.throwIfAborted();
    const { table } = this.#setup.index;
    this.#blocksClaimable += unit.blocks.length;
    // Twice: another run may be reserving for itself against the same free slots.
    table.reserve(this.#blocksClaimable * 2 + 4_096);
    const { segments } = table.shared;
    try {
      const result = await this.#setup.workers.process({ ...unit, run: this.#setup.number, segments });
      for (const pack of result.reliedOn) this.#reliedOn.add(pack);
      return result;
    } finally {
      this.#blocksClaimable -= unit.blocks.length;
    }
  }

  holdsBlocksOf(page: Buffer): boolean {
    const { index } = this.#setup;
    const holders = new Set<number>();
    for (const id of children(page)) {
      if (isZeroId(id)) continue;
      const pack = index.locate(id)?.in.number;
      if (pack === undefined || !index.isReliable(pack)) return false;
      holders.add(pack);
    }
    for (const pack of holders) this.#reliedOn.add(pack);
    return true;
  }

  storePage(id: Buffer, page: Buffer): Promise<number> {
    const stored = this.#storing.then(() => this.#storePage(id, page));
    this.#storing = stored.catch(() => undefined);
    return stored;
  }

  async #storePage(id: Buffer, page: Buffer): Promise<number> {
    const { index, reader, number } = this.#setup;
    reader.pages.put(id, page);
    if (this.#treePack?.writer.hasRoom() === false) this.#closeTreePack();
    const pack = (this.#treePack ??= await this.#openTreePack());
    index.table.reserve(this.#blocksClaimable * 2 + 4_096);
    const holder = index.table.claim(id, pack.number, number);
    if (holder === 0) return pack.writer.add(id, page);
    if (index.table.packState(holder) === PACK_STORED) this.#reliedOn.add(holder);
    return 0;
  }

  async #openTreePack() {
    const { buffers, index, keys, random, compressor, number } = this.#setup;
    const buffer = await buffers.take();
    const writer = new PackWriter("page", Buffer.from(buffer), keys, random, compressor);
    return { number: index.table.newPack(number), writer, buffer };
  }

  #closeTreePack(): void {
    const pack = this.#treePack;
    this.#treePack = null;
    if (pack === null) return;
    if (pack.writer.count > 0) this.#packs.add(pack.number, pack.writer.finish());
    else this.#setup.buffers.give(pack.buffer);
  }

  /** docs/vault-format.md §7, rule 4. */
  async #checkNothingWasTakenAway(previous: string | null): Promise<void> {
    const { index, store } = this.#setup;
    await index.refresh(store);
    for (const pack of [...this.#packs.numbers, ...this.#reliedOn]) {
      if (!index.isReliable(pack)) {
        throw runOvertaken(
          this.machineName,
          `${index.packByNumber(pack).name} is being deleted or is no longer listed`,
        );
      }
    }
    if (previous !== null && (await store.size(previous)) === null) {
      throw runOvertaken(this.machineName, "the recovery point that it continued from was deleted");
    }
  }
}
