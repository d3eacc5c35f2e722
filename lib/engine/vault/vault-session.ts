import { assert } from "@/lib/kernel/assert";
import type { Clock } from "@/lib/kernel/clock";
import { Refusal, type Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import { BlockHasher } from "../blocks/block-hasher";
import { Compressor } from "../blocks/compressor";
import type { VaultKeys } from "../keys/vault-keys";
import { adoptPacks, type AdoptedPacks } from "./adopt-packs";
import { BlobReader } from "./blob-reader";
import { FIRST_RUN } from "./blob-table";
import type { BlockWorkers, SourceOpener, StartBlockWorkers } from "./block-workers";
import { BufferPool } from "./buffer-pool";
import { isMachineId } from "./object-names";
import type { ObjectReader, ObjectSink } from "./object-store";
import { ReplicationRun } from "./replication-run";
import { VaultIndex } from "./vault-index";

/** Runs at the same time. Each may hold a pack per worker and one of pages. */
const RUNS_MAX = 4;
/** Room for 5 GiB of distinct data before the table grows. */
const EXPECTED_BLOBS = 80_000;
/** Of each run: a pack of blocks in each of two threads, and one of pages. */
const BUFFERS_A_RUN = 3;
/** Packs on their way into the store, for all runs together. */
const BUFFERS_UNDER_WAY = 3;

export interface VaultSessionSetup {
  /** A local store, or what reaches one over a wire. Needs no `delete`: a site cannot remove anything. */
  readonly store: ObjectReader & ObjectSink;
  readonly keys: VaultKeys;
  readonly startWorkers: StartBlockWorkers;
  readonly openSource: SourceOpener;
  readonly random: Random;
  readonly clock: Clock;
  /** Blobs that the index has room for before it grows. */
  readonly expectedBlobs?: number;
  /** Packs of a run that was killed or cut off were taken over. */
  readonly onAdopted?: (adopted: AdoptedPacks) => void;
}

/** What a session found wrong with the vault when it connected; a machine resynchronized with `previousTop: null` repairs it. */
export interface VaultHealth {
  readonly damagedIndexes: readonly Fault[];
  /** Names of packs that an index lists and the store does not have as listed. */
  readonly missingPacks: readonly string[];
}

/**
 * A site's connection to a vault, kept between replications: keys, the index and the pages of recent trees stay in memory, so that
 * a small delta costs its change only. Memory: 24 MiB of pack buffers for one run and 60 MiB for four, 16 MiB of pages, 44 bytes and some per
 * blob of the vault.
 */
export class VaultSession {
  readonly #setup: VaultSessionSetup;
  readonly #index: VaultIndex;
  readonly #reader: BlobReader;
  readonly #buffers = new BufferPool(() => this.#active * BUFFERS_A_RUN + BUFFERS_UNDER_WAY);
  readonly #workers: BlockWorkers;
  readonly #hasher: BlockHasher;
  readonly #compressor = new Compressor();
  readonly #runs = new Map<number, ReplicationRun>();
  readonly #waiting: (() => void)[] = [];
  #active = 0;
  /** An earlier run, of this process or another, may have stored packs that no index lists. */
  #mayHaveOrphans = true;
  #nextRun = FIRST_RUN;

  private constructor(setup: VaultSessionSetup, index: VaultIndex) {
    this.#setup = setup;
    this.#index = index;
    this.#reader = new BlobReader(setup.store, index, setup.keys);
    this.#hasher = new BlockHasher(setup.keys);
    this.#workers = setup.startWorkers({
      keys: setup.keys,
      table: index.table.shared,
      takeBuffer: () => this.#buffers.take(),
      giveBuffer: (buffer) => this.#buffers.give(buffer),
      forgetBuffer: () => this.#buffers.forget(),
      onPack: (run, number, pack) => {
        const owner = this.#runs.get(run);
        assert(owner !== undefined, `a worker finished a pack of run ${run}, which has ended`);
        owner.takePack(number, pack);
      },
    });
  }

  static async open(setup: VaultSessionSetup): Promise<VaultSession> {
    const index = new VaultIndex(setup.keys, setup.expectedBlobs ?? EXPECTED_BLOBS);
    await index.refresh(setup.store, { checkPacks: true });
    return new VaultSession(setup, index);
  }

  get health(): VaultHealth {
    return { damagedIndexes: [...this.#index.damaged.values()], missingPacks: this.#index.lostPacks };
  }

  /**
   * Begins a run; waits while RUNS_MAX are under way, hence to be called before the cut is taken. It must end with `commit`
   * or `abort`.
   */
  async begin(machine: { readonly id: string; readonly name: string }): Promise<ReplicationRun> {
    if (!isMachineId(machine.id)) throw badMachineId(machine.id);
    await this.#takeTurn();
    try {
      if (this.#mayHaveOrphans && this.#runs.size === 0) await this.#adoptOrphans();
      else await this.#index.refresh(this.#setup.store);
      return this.#newRun(machine);
    } catch (error) {
      this.#giveTurn();
      throw error;
    }
  }

  /** All runs must have ended. */
  async close(): Promise<void> {
    assert(this.#runs.size === 0, "a vault session was closed while a replication was under way");
    await this.#workers.close();
  }

  /** Only while no run is under way: the packs of one that is are not orphans, they are not listed yet. */
  async #adoptOrphans(): Promise<void> {
    const { store } = this.#setup;
    const adopted = await adoptPacks(this.#index, store, this.#setup);
    this.#mayHaveOrphans = false;
    if (adopted.packs > 0) this.#setup.onAdopted?.(adopted);
  }

  #newRun(machine: { readonly id: string; readonly name: string }): ReplicationRun {
    const number = this.#nextRun++;
    const { store, keys, openSource, random, clock } = this.#setup;
    const run = new ReplicationRun({
      number,
      machineId: machine.id,
      machineName: machine.name,
      store,
      keys,
      openSource,
      random,
      clock,
      index: this.#index,
      reader: this.#reader,
      workers: this.#workers,
      buffers: this.#buffers,
      hasher: this.#hasher,
      compressor: this.#compressor,
      onEnd: (committed) => {
        if (!committed) this.#mayHaveOrphans = true;
        this.#runs.delete(number);
        this.#giveTurn();
      },
    });
    this.#runs.set(number, run);
    return run;
  }

  async #takeTurn(): Promise<void> {
    if (this.#active < RUNS_MAX) this.#active += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #giveTurn(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next();
    else this.#active -= 1;
  }
}

function badMachineId(id: string): Refusal {
  return new Refusal("invalid", {
    code: "InvalidMachineId",
    message: `${JSON.stringify(id.slice(0, 100))} cannot be the id of a machine in a vault.`,
    possibleCauses: "An id has 1 to 64 letters, digits, dots, underscores or hyphens, and does not begin with a dot.",
    recommendedAction: "Give the machine another id in its definition.",
  });
}
