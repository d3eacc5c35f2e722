import { assert } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";

/**
 * Which blobs the vault holds: an open-addressing table in shared memory, so that two worker threads agree on what is
 * stored already without a word between them. All 32 bytes of an id are compared. 44 bytes a slot, half to two thirds full:
 * about 80 MiB for 100 GiB of distinct data.
 *
 * A slot's pack number is its lock: EMPTY, then BEING_WRITTEN by whoever won the exchange, then the number. Slots are never
 * emptied; a pack that is lost or swept turns DEAD in the pack states, and its slots may then be taken over.
 *
 * The table grows by whole segments, each twice the last, made by the coordinating thread before work is handed out.
 */
export interface SharedBlobTable {
  readonly segments: readonly SharedSegment[];
  /** One Int32 per pack number: DEAD, STORED, or the number of the run that is filling it. */
  readonly packStates: SharedArrayBuffer;
  /** One Int32: the highest pack number handed out. */
  readonly packCounter: SharedArrayBuffer;
}

export interface SharedSegment {
  readonly slotCount: number;
  readonly ids: SharedArrayBuffer;
  readonly packs: SharedArrayBuffer;
  readonly places: SharedArrayBuffer;
  readonly used: SharedArrayBuffer;
}

export const PACK_DEAD = 0;
export const PACK_STORED = 1;
export const FIRST_RUN = 2;

const EMPTY = 0;
const BEING_WRITTEN = -1;
const WORDS = 8;
const LOAD_MAX = 0.65;
/** 4 MiB of states. At two packs a delta and one delta every 30 s, half a year of one machine. */
const PACKS_MAX = 1024 * 1024;

export interface BlobPlace {
  readonly pack: number;
  readonly offset: number;
  readonly sealedLength: number;
}

interface Segment {
  readonly shared: SharedSegment;
  readonly mask: number;
  readonly ids: Uint32Array;
  readonly packs: Int32Array;
  readonly places: Uint32Array;
  readonly used: Int32Array;
}

export function createSharedBlobTable(expectedBlobs: number): SharedBlobTable {
  return {
    segments: [createSegment(expectedBlobs)],
    packStates: new SharedArrayBuffer(PACKS_MAX * 4),
    packCounter: new SharedArrayBuffer(4),
  };
}

function createSegment(blobs: number): SharedSegment {
  let slotCount = 1_024;
  while (slotCount * LOAD_MAX < blobs) slotCount *= 2;
  return {
    slotCount,
    ids: new SharedArrayBuffer(slotCount * WORDS * 4),
    packs: new SharedArrayBuffer(slotCount * 4),
    places: new SharedArrayBuffer(slotCount * 8),
    used: new SharedArrayBuffer(4),
  };
}

/** One thread's view of the shared table. Ids are 32 bytes at a 4-byte aligned address, or are copied to one. */
export class BlobTable {
  readonly #packStates: Int32Array;
  readonly #packCounter: Int32Array;
  #shared: SharedBlobTable;
  /** Newest first: that is where most of what is asked for lies. */
  #segments: Segment[] = [];
  readonly #words = new Uint32Array(WORDS);
  readonly #wordBytes = Buffer.from(this.#words.buffer);

  constructor(shared: SharedBlobTable) {
    this.#shared = shared;
    this.#packStates = new Int32Array(shared.packStates);
    this.#packCounter = new Int32Array(shared.packCounter);
    this.adopt(shared.segments);
  }

  get shared(): SharedBlobTable {
    return this.#shared;
  }

  get count(): number {
    return this.#segments.reduce((sum, segment) => sum + Atomics.load(segment.used, 0), 0);
  }

  /** Takes note of segments that the coordinating thread has added. */
  adopt(segments: readonly SharedSegment[]): void {
    if (segments.length === this.#segments.length) return;
    this.#shared = { ...this.#shared, segments };
    this.#segments = segments.map(openSegment).reverse();
  }

  /** Coordinating thread only: makes sure that `blobs` more can be claimed before the table is adopted anew. */
  reserve(blobs: number): void {
    const newest = this.#newest();
    const free = Math.floor(newest.shared.slotCount * LOAD_MAX) - Atomics.load(newest.used, 0);
    if (free >= blobs) return;
    const segment = createSegment(Math.max(blobs, newest.shared.slotCount * LOAD_MAX * 2));
    this.adopt([...this.#shared.segments, segment]);
  }

  newPack(state: number): number {
    const pack = Atomics.add(this.#packCounter, 0, 1) + 1;
    if (pack >= PACKS_MAX) throw sessionFull();
    Atomics.store(this.#packStates, pack, state);
    return pack;
  }

  packState(pack: number): number {
    return Atomics.load(this.#packStates, pack);
  }

  setPackState(pack: number, state: number): void {
    Atomics.store(this.#packStates, pack, state);
  }

  /**
   * Zero: the caller must store the blob, and will do so in `newPack` of `run`. Otherwise the pack that has it: stored,
   * or being filled by the same run. A blob that only another run is about to store is stored twice rather than
   * trusted, since that run may still fail.
   */
  claim(id: Buffer, newPack: number, run: number): number {
    this.#load(id);
    for (let attempt = 0; ; attempt++) {
      assert(attempt < 1_000, "a slot of the blob table changes hands without end");
      const found = this.#find();
      if (found === null) {
        if (this.#insert(newPack, 0, 0)) return 0;
        continue;
      }
      const pack = this.#packAt(found.segment, found.slot);
      const state = this.packState(pack);
      if (state === PACK_STORED || state === run) return pack;
      if (state !== PACK_DEAD) return 0;
      if (Atomics.compareExchange(found.segment.packs, found.slot, pack, newPack) === pack) return 0;
    }
  }

  /**
   * Makes a blob of a stored pack known. False: it is known from another live pack, where it is read until that pack goes.
   */
  insertStored(id: Buffer, pack: number, offset: number, sealedLength: number): boolean {
    this.#load(id);
    const found = this.#find();
    if (found === null) {
      this.reserve(1);
      this.#insert(pack, offset, sealedLength);
      return true;
    }
    const holder = this.#packAt(found.segment, found.slot);
    const better = this.packState(holder) === PACK_DEAD && this.packState(pack) !== PACK_DEAD;
    if (holder !== pack && !better) return false;
    setPlace(found.segment, found.slot, offset, sealedLength);
    Atomics.store(found.segment.packs, found.slot, pack);
    return true;
  }

  /** Coordinating thread, when the pack that `claim` announced is finished. */
  setPlace(id: Buffer, pack: number, offset: number, sealedLength: number): void {
    this.#load(id);
    const found = this.#find();
    if (found !== null && this.#packAt(found.segment, found.slot) === pack) {
      setPlace(found.segment, found.slot, offset, sealedLength);
    }
  }

  /** Where a blob lies, also when its pack is thought to be lost: whoever reads will see. Null when unknown. */
  place(id: Buffer): BlobPlace | null {
    this.#load(id);
    const found = this.#find();
    if (found === null) return null;
    const pack = this.#packAt(found.segment, found.slot);
    const offset = found.segment.places[found.slot * 2] ?? 0;
    const sealedLength = found.segment.places[found.slot * 2 + 1] ?? 0;
    return sealedLength === 0 ? null : { pack, offset, sealedLength };
  }

  /** A number that belongs to this blob alone, for as long as the table lives; null when it is unknown. Below `slotCount`. */
  slotOf(id: Buffer): number | null {
    this.#load(id);
    const found = this.#find();
    if (found === null) return null;
    let before = 0;
    for (const segment of this.#segments.toReversed()) {
      if (segment === found.segment) break;
      before += segment.shared.slotCount;
    }
    return before + found.slot;
  }

  get slotCount(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.shared.slotCount, 0);
  }

  #newest(): Segment {
    const newest = this.#segments[0];
    assert(newest !== undefined, "a blob table has a segment");
    return newest;
  }

  #load(id: Buffer): void {
    id.copy(this.#wordBytes);
  }

  #find(): { segment: Segment; slot: number } | null {
    for (const segment of this.#segments) {
      let slot = (this.#words[0] ?? 0) & segment.mask;
      while (this.#packAt(segment, slot) !== EMPTY) {
        if (this.#matches(segment, slot)) return { segment, slot };
        slot = (slot + 1) & segment.mask;
      }
    }
    return null;
  }

  /** False: another thread took the slot meanwhile, perhaps for the same id; look again. */
  #insert(pack: number, offset: number, sealedLength: number): boolean {
    const segment = this.#newest();
    let slot = (this.#words[0] ?? 0) & segment.mask;
    while (this.#packAt(segment, slot) !== EMPTY) slot = (slot + 1) & segment.mask;
    if (Atomics.compareExchange(segment.packs, slot, EMPTY, BEING_WRITTEN) !== EMPTY) return false;
    segment.ids.set(this.#words, slot * WORDS);
    setPlace(segment, slot, offset, sealedLength);
    const used = Atomics.add(segment.used, 0, 1);
    assert(used < segment.shared.slotCount - 1, "the blob table was not reserved for what is put into it");
    Atomics.store(segment.packs, slot, pack);
    return true;
  }

  /** Waits out a slot that is being written: eight stores, so spinning is the shortest way. */
  #packAt(segment: Segment, slot: number): number {
    let pack = Atomics.load(segment.packs, slot);
    while (pack === BEING_WRITTEN) pack = Atomics.load(segment.packs, slot);
    return pack;
  }

  #matches(segment: Segment, slot: number): boolean {
    const at = slot * WORDS;
    for (let word = 0; word < WORDS; word++) if (segment.ids[at + word] !== this.#words[word]) return false;
    return true;
  }
}

function sessionFull(): Fault {
  return new Fault(
    {
      code: "VaultSessionFull",
      message: "This connection to the vault has seen as many packs as it can tell apart.",
      possibleCauses: "It has been open for months, or the vault holds an extraordinary number of small packs.",
      recommendedAction: "Connect to the vault again; the agent does so by itself.",
    },
    { retryable: true },
  );
}

function setPlace(segment: Segment, slot: number, offset: number, sealedLength: number): void {
  segment.places[slot * 2] = offset;
  segment.places[slot * 2 + 1] = sealedLength;
}

function openSegment(shared: SharedSegment): Segment {
  return {
    shared,
    mask: shared.slotCount - 1,
    ids: new Uint32Array(shared.ids),
    packs: new Int32Array(shared.packs),
    places: new Uint32Array(shared.places),
    used: new Int32Array(shared.used),
  };
}
