import { isZeroId } from "../blocks/blob-id";
import { BLOCK_BYTES } from "../blocks/block-size";
import type { KnownPack } from "./vault-index";
import { openListedPoint } from "./open-point";
import { children } from "./tree-reader";
import type { VaultContext } from "./vault-faults";
import { treeOfDisk, type VaultReader } from "./vault-reader";

/** What one machine's points take. All in bytes. */
export interface MachineSpace {
  readonly machineId: string;
  readonly points: number;
  /** What its newest point presents, holes left out. */
  readonly newestBytes: number;
  /** The same, over all its points. */
  readonly logicalBytes: number;
  /** Different blocks among them. */
  readonly deduplicatedBytes: number;
  /** Stored for this machine only: what comes back when all its points go. */
  readonly exclusiveBytes: number;
}

/** Where a vault's bytes are. Every figure is counted, none estimated. */
export interface VaultSpace {
  /** Everything that the store holds for the vault. */
  readonly storedBytes: number;
  /** Of it, packs. */
  readonly packBytes: number;
  /** What the points present, holes left out: what they would take as plain copies. */
  readonly logicalBytes: number;
  /** Different blocks of all points, before compression. */
  readonly deduplicatedBytes: number;
  /** What the points need of the packs: compressed and sealed blocks and pages. */
  readonly compressedBytes: number;
  /** What the packs hold that no point needs; comes back by compaction and sweeps. */
  readonly reclaimableBytes: number;
  /** Of it, packs that are announced to be deleted: they go when their grace is over, if still nobody needs them. */
  readonly announcedBytes: number;
  readonly points: number;
  readonly packs: number;
  /** Packs of blocks that were compressed together. */
  readonly groupPacks: number;
  readonly machines: readonly MachineSpace[];
}

export interface LivePack {
  blobs: number;
  bytes: number;
}

const SHARED = 0xffff;
const MACHINES_MAX = 0xfffe;

/** The blobs that points reach, and which machine's. */
export class LiveBlobs {
  readonly #vault: VaultReader;
  /** By slot of the blob table: 0 nobody's, n the n-th machine's alone, SHARED. */
  #owners = new Uint16Array(0);
  /** By slot: the machine that was last seen to reach it. */
  #lastSeen = new Uint16Array(0);
  readonly packs = new Map<number, LivePack>();
  readonly exclusiveBytes: number[] = [];
  blockCount = 0;
  bytes = 0;

  constructor(vault: VaultReader) {
    this.#vault = vault;
  }

  has(id: Buffer): boolean {
    const slot = this.#vault.index.table.slotOf(id);
    return slot !== null && (this.#owners[slot] ?? 0) !== 0;
  }

  /** True when this machine had not reached it yet. */
  async mark(id: Buffer, isBlock: boolean, machine: number, context: VaultContext): Promise<boolean> {
    const { index, blobs } = this.#vault;
    const located = index.locate(id) ?? (await blobs.locate(id, context));
    const slot = index.table.slotOf(id) ?? 0;
    if (slot >= this.#owners.length) this.#grow(index.table.slotCount);
    const bytes = storedBytesOf(located.in, located.sealedLength);
    const owner = this.#owners[slot] ?? 0;
    if (owner === 0) this.#first(slot, located.pack, bytes, machine, isBlock);
    else if (owner !== machine && owner !== SHARED) {
      this.#owners[slot] = SHARED;
      this.exclusiveBytes[owner] = (this.exclusiveBytes[owner] ?? 0) - bytes;
    }
    if (this.#lastSeen[slot] === machine) return false;
    this.#lastSeen[slot] = machine;
    return true;
  }

  #first(slot: number, pack: number, bytes: number, machine: number, isBlock: boolean): void {
    this.#owners[slot] = machine;
    this.exclusiveBytes[machine] = (this.exclusiveBytes[machine] ?? 0) + bytes;
    this.bytes += bytes;
    if (isBlock) this.blockCount += 1;
    const live = this.packs.get(pack) ?? { blobs: 0, bytes: 0 };
    live.blobs += 1;
    live.bytes += bytes;
    this.packs.set(pack, live);
  }

  #grow(slots: number): void {
    const [owners, lastSeen] = [this.#owners, this.#lastSeen];
    this.#owners = new Uint16Array(slots);
    this.#lastSeen = new Uint16Array(slots);
    this.#owners.set(owners);
    this.#lastSeen.set(lastSeen);
  }
}

/** A block of a group has its part of the pack, since its group is compressed as one. */
function storedBytesOf(pack: KnownPack, sealedLength: number): number {
  return pack.type === "group" ? pack.sizeBytes / pack.blobCount : sealedLength;
}

/**
 * Walks the trees of all points. Pages that points share are walked once a machine. Throws when a point cannot be walked:
 * then nothing is known for certain.
 */
export async function measureSpace(
  vault: VaultReader,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<{ readonly space: VaultSpace; readonly live: LiveBlobs }> {
  const live = new LiveBlobs(vault);
  const walk = new SpaceWalk(vault, live, options.signal);
  const byMachine = new Map<string, string[]>();
  for (const { name } of await vault.store.list("points/")) {
    const machineId = name.split("/")[1] ?? "";
    byMachine.set(machineId, [...(byMachine.get(machineId) ?? []), name]);
  }
  const measured = [];
  for (const machineId of [...byMachine.keys()].sort()) {
    measured.push(await walk.machine(machineId, (byMachine.get(machineId) ?? []).sort()));
  }
  const machines = measured.map(({ number, ...machine }) => ({
    ...machine,
    exclusiveBytes: Math.round(live.exclusiveBytes[number] ?? 0),
  }));
  return { space: await sumUp(vault, live, machines), live };
}

async function sumUp(vault: VaultReader, live: LiveBlobs, machines: readonly MachineSpace[]): Promise<VaultSpace> {
  const objects = await vault.store.list("");
  const packs = objects.filter(({ name }) => name.startsWith("data/") || name.startsWith("tree/"));
  const total = (sizes: readonly { readonly sizeBytes: number }[]) =>
    sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const present = new Set(packs.map(({ name }) => name));
  const compressedBytes = Math.round(live.bytes);
  return {
    storedBytes: total(objects),
    packBytes: total(packs),
    logicalBytes: machines.reduce((sum, { logicalBytes }) => sum + logicalBytes, 0),
    deduplicatedBytes: live.blockCount * BLOCK_BYTES,
    compressedBytes,
    reclaimableBytes: Math.max(0, total(packs) - compressedBytes),
    announcedBytes: total(packs.filter(({ name }) => vault.index.isDoomed(name))),
    points: machines.reduce((sum, { points }) => sum + points, 0),
    packs: packs.length,
    groupPacks: vault.index.knownPacks().filter(({ type, name }) => type === "group" && present.has(name)).length,
    machines,
  };
}

class SpaceWalk {
  readonly #vault: VaultReader;
  readonly #live: LiveBlobs;
  readonly #signal: AbortSignal | undefined;
  /** By page: the machine that walked it last, and the blocks below it. */
  readonly #pages = new Map<string, { readonly machine: number; readonly blocks: number }>();
  #machine = 0;
  #different = 0;

  constructor(vault: VaultReader, live: LiveBlobs, signal: AbortSignal | undefined) {
    this.#vault = vault;
    this.#live = live;
    this.#signal = signal;
  }

  async machine(machineId: string, points: readonly string[]) {
    // Beyond so many machines two share a number: their figures count as one machine's, and nothing else is wrong.
    this.#machine = Math.min(this.#machine + 1, MACHINES_MAX);
    this.#different = 0;
    let logical = 0;
    let newest = 0;
    for (const name of points) {
      const context = { machine: machineId, point: name };
      const point = await openListedPoint(this.#vault.store, this.#vault.keys, name, context);
      if (point === null) continue;
      newest = 0;
      for (const disk of point.disks) {
        const { top, shape } = treeOfDisk(this.#vault, disk, context);
        newest += await this.#below(top, shape.height, context);
      }
      logical += newest;
    }
    return {
      ...{ number: this.#machine, machineId, points: points.length },
      newestBytes: newest * BLOCK_BYTES,
      logicalBytes: logical * BLOCK_BYTES,
      deduplicatedBytes: this.#different * BLOCK_BYTES,
    };
  }

  async #below(id: Buffer, level: number, context: VaultContext): Promise<number> {
    if (isZeroId(id)) return 0;
    this.#signal?.throwIfAborted();
    const key = id.toString("latin1");
    const walked = this.#pages.get(key);
    if (walked?.machine === this.#machine) return walked.blocks;
    await this.#live.mark(id, false, this.#machine, context);
    const page = await this.#vault.blobs.page(id, level, context);
    let blocks = 0;
    for (const child of children(page)) {
      if (isZeroId(child)) continue;
      if (level > 1) blocks += await this.#below(child, level - 1, context);
      else {
        blocks += 1;
        if (await this.#live.mark(child, true, this.#machine, context)) this.#different += 1;
      }
    }
    this.#pages.set(key, { machine: this.#machine, blocks });
    return blocks;
  }
}
