import { FolderStore } from "@/lib/adapters/stores/folder-store";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import { checkVault } from "@/lib/engine/vault/check-vault";
import { compact } from "@/lib/engine/vault/compact";
import { materialise } from "@/lib/engine/vault/materialise";
import type { ObjectStore } from "@/lib/engine/vault/object-store";
import { openPoint } from "@/lib/engine/vault/open-point";
import { deletePoint, sweep } from "@/lib/engine/vault/sweep";
import { isSound } from "@/lib/engine/vault/vault-check";
import { openVaultReader } from "@/lib/engine/vault/vault-reader";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import { MemoryFileSystem, ProcessKilled, type PlantedFaults } from "../memory-file-system";
import { seededRandom } from "../seeded-random";
import { TestClock } from "../test-clock";
import { testKeys } from "../vault-harness";
import { replicateOnce, type RegisteredPoint } from "./sim-agent";
import { SimMachine } from "./sim-machine";
import { SimMedium } from "./sim-medium";
import { nextTurn, SimProcess, type PlannedFault, type PlantedBug } from "./sim-process";

const ROOT = "/vault";
/** Of a bench run; tests make do with fewer. */
export const ROUNDS = 5;
const HOUR_MS = 60 * 60 * 1_000;
const POINTS_KEPT = 4;
const MIB = 1024 * 1024;

export interface SimulationReport {
  readonly seed: number;
  readonly faults: number;
  readonly calls: number;
  readonly pointsChecked: number;
  readonly restores: number;
  /** Null: every invariant held after every fault. */
  readonly violation: string | null;
  readonly trace: readonly string[];
}

/**
 * A seeded life of a vault: two machines that replicate under writes, retention and sweeps, restores; the production's code
 * over a store and disks that fail, tear, delay, reorder, fill up, flip bits and lose what was not synced, and
 * processes that are killed at any call. After every fault: each committed point is exactly its cut, nothing half-written
 * is visible, the next runs heal, a check finds nothing.
 */
export async function simulate(
  seed: number,
  { rounds = ROUNDS, bug = "none" }: { readonly rounds?: number; readonly bug?: PlantedBug } = {},
): Promise<SimulationReport> {
  const world = new Simulation(seed, bug);
  let violation: string | null = null;
  try {
    await world.run(rounds);
  } catch (error) {
    violation = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
  }
  const { faults, calls, pointsChecked, restores, trace } = world;
  return { seed, faults, calls, pointsChecked, restores, violation, trace };
}

class Simulation {
  faults = 0;
  calls = 0;
  pointsChecked = 0;
  restores = 0;
  readonly trace: string[] = [];
  readonly #clock = new TestClock();
  readonly #random: Random;
  readonly #keys = testKeys();
  readonly #medium = new SimMedium();
  readonly #machines: SimMachine[];
  readonly #points = new Map<string, RegisteredPoint[]>();
  readonly #deleted = new Set<string>();
  readonly #bug: PlantedBug;
  #processes: SimProcess[] = [];
  #nextPoint = 1;

  constructor(seed: number, bug: PlantedBug) {
    this.#random = seededRandom(seed);
    this.#bug = bug;
    const sizes = { os: 65 * MIB + 512, data: 5 * BLOCK_BYTES };
    this.#machines = ["machine-1", "machine-2"].map(
      (id) => new SimMachine(id, sizes, this.#keys, (below) => this.#chance(below)),
    );
    for (const { id } of this.#machines) this.#points.set(id, []);
  }

  async run(rounds: number): Promise<void> {
    for (const machine of this.#machines) machine.work(12);
    for (let round = 1; round <= rounds; round++) {
      this.trace.push(`-- round ${round}`);
      await this.#round();
      await this.#verify();
    }
    this.trace.push("-- the end: everything heals");
    await this.#heal();
    await this.#verify();
  }

  /** Some of the world's processes at once, one of them (or a host) with a fault. */
  async #round(): Promise<void> {
    this.#clock.advance(1_000 + this.#chance(3 * HOUR_MS));
    const acts: ((process: SimProcess) => Promise<void>)[] = this.#machines.map(
      (machine) => (process) => this.#replicate(process, machine),
    );
    if (this.#chance(2) === 0) acts.push((process) => this.#retain(process));
    if (this.#chance(2) === 0) acts.push((process) => this.#reclaim(process));
    if (this.#chance(3) === 0) acts.push((process) => this.#restore(process));
    const unlucky = this.#chance(acts.length + 1);
    const hostFault = unlucky === acts.length ? this.#planHostFault() : null;
    if (hostFault !== null) this.#restartHost(this.#pick(this.#machines), hostFault);
    this.#processes = acts.map((_act, at) =>
      this.#process(`process ${at + 1}`, at === unlucky ? this.#planFault() : NO_FAULT),
    );
    const over = { now: false };
    const guests = this.#guests(over);
    await Promise.all(acts.map((act, at) => this.#untilEndOrDeath(act, this.#processes[at])));
    over.now = true;
    await guests;
    for (const { calls } of this.#processes) this.calls += calls;
    for (const machine of this.#machines) if (machine.isDead || hostFault !== null) this.#restartHost(machine, {});
  }

  async #untilEndOrDeath(act: (process: SimProcess) => Promise<void>, process: SimProcess | undefined): Promise<void> {
    if (process === undefined) return;
    const ended = act(process).catch((error: unknown) => {
      if (process.isDead) return;
      if (error instanceof ProcessKilled) return this.trace.push(`${process.name}: its host died`);
      if (!(error instanceof Fault)) throw error;
      return this.trace.push(`${process.name}: ${error.code}: ${error.message}`);
    });
    await Promise.race([ended, process.died]);
  }

  /** The guests write while all this goes on. */
  async #guests(over: { now: boolean }): Promise<void> {
    while (!over.now) {
      for (const machine of this.#machines) if (!machine.isDead && this.#chance(3) === 0) machine.work(1);
      for (let turn = 0; turn < 8; turn++) await nextTurn();
    }
  }

  async #replicate(process: SimProcess, machine: SimMachine): Promise<void> {
    this.trace.push(`${process.name}: replicates ${machine.id}`);
    const registered = this.#pointsOf(machine.id);
    await replicateOnce({
      ...{ machine, keys: this.#keys, random: this.#random, clock: this.#clock, registered: [...registered] },
      store: await this.#openStore(process),
      register: (objectName) => process.tell(`register ${objectName}`, () => this.#register(machine.id, objectName)),
      repair: false,
    });
    this.trace.push(`${process.name}: replicated ${machine.id}`);
  }

  #register(machineId: string, objectName: string): string {
    const points = this.#pointsOf(machineId);
    const known = points.find((point) => point.objectName === objectName);
    if (known !== undefined) return known.id;
    const point = { id: `point-${this.#nextPoint++}`, objectName };
    points.push(point);
    this.trace.push(`registered ${objectName.slice(0, 45)}`);
    return point.id;
  }

  /** The object first, then the row, as the control plane does it; never the newest. */
  async #retain(process: SimProcess): Promise<void> {
    const store = await this.#openStore(process);
    for (const points of this.#points.values()) {
      while (points.length > POINTS_KEPT) {
        const [oldest] = points;
        if (oldest === undefined) return;
        this.#deleted.add(oldest.objectName);
        await deletePoint(store, oldest.objectName);
        await process.tell("forget a point", () => points.splice(points.indexOf(oldest), 1));
        this.trace.push(`${process.name}: deleted ${oldest.objectName.slice(0, 45)}`);
      }
    }
  }

  /** One after the other, never beside each other: some packs into others, then what nobody needs goes. */
  async #reclaim(process: SimProcess): Promise<void> {
    if (this.#chance(2) === 0) await this.#compact(process);
    await this.#sweep(process);
  }

  async #compact(process: SimProcess): Promise<void> {
    const report = await compact({
      ...{ store: await this.#openStore(process), keys: this.#keys, random: this.#random, clock: this.#clock },
      ...{ minimumAgeMs: 0, bytesMax: Infinity, duty: 1 },
    });
    this.trace.push(`${process.name}: compacted ${JSON.stringify(report)}`);
  }

  async #sweep(process: SimProcess): Promise<void> {
    const report = await sweep({
      ...{ store: await this.#openStore(process), keys: this.#keys, random: this.#random, clock: this.#clock },
      minimumAgeMs: HOUR_MS,
    });
    this.trace.push(`${process.name}: swept ${JSON.stringify(report)}`);
  }

  /** Onto a disk that may flip a bit when it is read back: then the restore says so, and leaves nothing. */
  async #restore(process: SimProcess): Promise<void> {
    const store = await this.#openStore(process);
    const machine = this.#pick(this.#machines);
    const point = this.#pointsOf(machine.id).at(-1);
    if (point === undefined) return;
    const fileSystem = new MemoryFileSystem();
    fileSystem.makeFolder("/replica");
    const flip = this.#chance(2) === 0;
    if (flip) fileSystem.faults = { flipOnRead: { pathContains: "disk.vhd", offset: this.#chance(65_536), bit: 1 } };
    await this.#restoreDisk(store, point.objectName, this.#pick(machine.diskIds), fileSystem, machine);
    this.trace.push(`${process.name}: restored a disk of ${machine.id}`);
  }

  async #restoreDisk(
    store: ObjectStore,
    pointName: string,
    diskId: string,
    fileSystem: MemoryFileSystem,
    machine: SimMachine,
  ): Promise<void> {
    const context = { machine: machine.id, point: pointName };
    const point = await openPoint(store, this.#keys, pointName, context);
    const disk = point.disks.find((one) => one.diskId === diskId);
    if (disk === undefined) throw new Error(`${pointName} has no disk ${diskId}`);
    await materialise({
      ...{ vault: await openVaultReader(store, this.#keys), disk, context, fileSystem, format: "vhd-fixed" },
      ...{ targetPath: "/replica/disk.vhd", random: this.#random, clock: this.#clock },
    });
    fileSystem.faults = {};
    const restored = openDisk(fileSystem, "/replica/disk.vhd", "read");
    const difference = machine.contents.get(point.at)?.get(diskId)?.firstDifference(restored);
    restored.close();
    if (difference !== null) {
      throw new Error(`${pointName}, disk ${diskId} restored with another block ${difference ?? "than anybody knows"}`);
    }
    this.restores += 1;
  }

  /** With a process that has no faults: what a stranger finds now. */
  async #verify(): Promise<void> {
    const store = await FolderStore.open(ROOT, this.#process("verifier", NO_FAULT));
    const registered = [...this.#points.values()].flat().map(({ objectName }) => objectName);
    const expectedPoints = registered.filter((name) => !this.#deleted.has(name));
    const check = await checkVault({ store, keys: this.#keys, read: "all", expectedPoints });
    if (!isSound(check)) throw new Error(`a check finds ${JSON.stringify(check)}`);
    const points = (await store.list("points/")).map(({ name }) => name);
    for (const name of points) await this.#comparePoint(store, name);
    this.pointsChecked += points.length;
    const chosen = points[this.#chance(points.length)];
    const machine = this.#machines.find(({ id }) => chosen?.startsWith(`points/${id}/`) === true);
    if (chosen === undefined || machine === undefined) return;
    const fileSystem = new MemoryFileSystem();
    fileSystem.makeFolder("/replica");
    await this.#restoreDisk(store, chosen, this.#pick(machine.diskIds), fileSystem, machine);
  }

  /** That everything which the roots name is there and sound, the check has just proven. */
  async #comparePoint(store: ObjectStore, name: string): Promise<void> {
    const point = await openPoint(store, this.#keys, name, { machine: name, point: name });
    const machine = this.#machines.find(({ id }) => id === point.machineId);
    const truth = machine?.truth.get(point.at);
    if (truth === undefined) throw new Error(`${name} is of no cut that was ever taken`);
    if (point.disks.length !== machine?.diskIds.length) throw new Error(`${name} does not have all disks`);
    for (const { diskId, root } of point.disks) {
      if (truth.get(diskId) !== root) throw new Error(`${name}: disk ${diskId} is not what it was at the cut`);
    }
  }

  /** Without faults every machine gets a point of what it has now. */
  async #heal(): Promise<void> {
    for (const machine of this.#machines) {
      this.#restartHost(machine, {});
      this.#clock.advance(2 * HOUR_MS);
      const before = this.#pointsOf(machine.id).length;
      const process = this.#process("healer", NO_FAULT);
      await this.#replicate(process, machine);
      if (this.#pointsOf(machine.id).length === before) throw new Error(`${machine.id} did not get a new point`);
    }
    await this.#sweep(this.#process("sweeper", NO_FAULT));
    this.#clock.advance(2 * HOUR_MS);
    await this.#sweep(this.#process("sweeper", NO_FAULT));
  }

  async #openStore(process: SimProcess): Promise<ObjectStore> {
    const store = await FolderStore.open(ROOT, process);
    if (this.#bug !== "answersBeforeStoring") return store;
    const put = store.put.bind(store);
    // Packs are acknowledged at once and stored when there is time: after the index, perhaps after the point.
    store.put = async (name, bytes) => {
      if (!name.startsWith("data/")) return put(name, bytes);
      const copy = Buffer.from(bytes);
      void (async () => {
        for (let turn = 0; turn < 300; turn++) await nextTurn();
        await put(name, copy);
      })();
    };
    return store;
  }

  #process(name: string, fault: PlannedFault): SimProcess {
    if (fault.kind !== "none") {
      this.faults += 1;
      this.trace.push(`${name} will meet ${JSON.stringify(fault)}`);
    }
    return new SimProcess(name, this.#medium, fault, {
      ...{ clock: this.#clock, chance: (below) => this.#chance(below), bug: this.#bug },
      trace: (line) => this.trace.push(line),
      onPowerFailure: () => this.#losePower(),
    });
  }

  /** The vault's machine: all its processes die, and what was not synced is left to chance. */
  #losePower(): void {
    for (const process of this.#processes) process.die("lost its power");
    this.#medium.loseCache((below) => this.#chance(below));
  }

  #planFault(): PlannedFault {
    const atCall = 1 + this.#chance(260);
    const kinds = ["kill", "killAfterEffect", "powerFailure", "powerFailure", "fail", "full", "flipOnRead"] as const;
    const kind = this.#pick(kinds);
    if (kind === "full") return { kind, freeBytes: this.#medium.usedBytes() + this.#chance(MIB) };
    return { kind, atCall };
  }

  #planHostFault(): PlantedFaults {
    const call = 1 + this.#chance(400);
    const kinds: PlantedFaults[] = [
      { killAtCall: call, tornShare: this.#chance(3) / 2 },
      { failCalls: [call] },
      { flipOnRead: { pathContains: "/tracking/", offset: this.#chance(200), bit: 3 } },
    ];
    return this.#pick(kinds);
  }

  #restartHost(machine: SimMachine, faults: PlantedFaults): void {
    if (Object.keys(faults).length > 0) {
      this.faults += 1;
      this.trace.push(`the host of ${machine.id} will meet ${JSON.stringify(faults)}`);
    }
    machine.startHost(faults);
  }

  #pointsOf(machineId: string): RegisteredPoint[] {
    const points = this.#points.get(machineId);
    if (points === undefined) throw new Error(`nobody knows ${machineId}`);
    return points;
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[this.#chance(items.length)];
    if (item === undefined) throw new Error("there is nothing to choose from");
    return item;
  }

  #chance(below: number): number {
    return below <= 1 ? 0 : this.#random.bytes(4).readUInt32LE() % below;
  }
}

const NO_FAULT: PlannedFault = { kind: "none" };
