import { assert } from "@/lib/kernel/assert";
import type { Random } from "@/lib/kernel/random";
import type { VaultKeys } from "../keys/vault-keys";
import { PACK_DEAD } from "./blob-table";
import { encodeIndex, type IndexedPack } from "./index-object";
import type { ObjectSink } from "./object-store";
import type { FinishedPack } from "./pack-finish";
import type { VaultIndex } from "./vault-index";

/** A long run stores an index after so many packs, so that a run that starts over need not send them again. */
const PACKS_PER_INDEX = 64;

interface NumberedPack extends IndexedPack {
  readonly number: number;
}

export interface RunPacksSetup {
  readonly index: VaultIndex;
  readonly sink: ObjectSink;
  readonly keys: VaultKeys;
  readonly random: Random;
  readonly giveBuffer: (buffer: ArrayBuffer) => void;
}

/** The packs of one run on their way into the store, and the indexes that list them. */
export class RunPacks {
  readonly #setup: RunPacksSetup;
  readonly #numbers: number[] = [];
  readonly #uploads = new Set<Promise<void>>();
  #stored: NumberedPack[] = [];
  #indexing: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | null = null;
  /** Bytes that the store has acknowledged. */
  storedBytes = 0;

  constructor(setup: RunPacksSetup) {
    this.#setup = setup;
  }

  /** Numbers of all packs of the run. */
  get numbers(): readonly number[] {
    return this.#numbers;
  }

  /** Throws the first failure of an upload, so that a run does not go on for hours after one. */
  check(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Takes the pack and its buffer over; the buffer goes back when the store has the bytes, or has refused them. */
  add(number: number, pack: FinishedPack): void {
    this.#numbers.push(number);
    this.#setup.index.registerOpen(number, pack);
    const upload = this.#upload(number, pack);
    this.#uploads.add(upload);
    void upload.finally(() => this.#uploads.delete(upload));
  }

  /** Resolves when every pack is stored and listed by a stored index. */
  async settle(): Promise<void> {
    while (this.#uploads.size > 0) await Promise.all(this.#uploads);
    await this.#indexing;
    this.check();
    await this.#storeIndex(1);
  }

  /**
   * After a failed run: what is stored is indexed when that is still possible, so that the next run finds it; the rest is
   * forgotten. The failure that ended the run is the caller's to report.
   */
  async giveUp(): Promise<void> {
    while (this.#uploads.size > 0) await Promise.all(this.#uploads);
    await this.#indexing;
    try {
      if (this.#failure === null) await this.#storeIndex(1);
    } catch {
      // The store refuses: the packs stay unlisted, which harms nobody (docs/vault-format.md §7).
    }
    const { table } = this.#setup.index;
    for (const number of this.#numbers) {
      if (!this.#setup.index.isReliable(number)) table.setPackState(number, PACK_DEAD);
    }
  }

  async #upload(number: number, pack: FinishedPack): Promise<void> {
    try {
      if (this.#failure !== null) return;
      await this.#setup.sink.put(pack.name, pack.bytes);
      const { name, type, sizeBytes, salt, entries } = pack;
      this.#stored.push({ number, name, type, sizeBytes, salt, entries });
      this.storedBytes += sizeBytes;
      if (this.#stored.length >= PACKS_PER_INDEX) this.#indexing = this.#indexing.then(() => this.#indexSome());
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      const buffer = pack.bytes.buffer;
      assert(buffer instanceof ArrayBuffer, "a pack is filled in a buffer of the pool");
      this.#setup.giveBuffer(buffer);
    }
  }

  async #indexSome(): Promise<void> {
    try {
      await this.#storeIndex(PACKS_PER_INDEX);
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  async #storeIndex(countMin: number): Promise<void> {
    if (this.#stored.length < countMin) return;
    const packs = this.#stored;
    this.#stored = [];
    const { keys, random, sink, index } = this.#setup;
    const { name, bytes } = encodeIndex(packs, keys, random);
    await sink.put(name, bytes);
    index.registerIndex(name, packs);
  }
}
