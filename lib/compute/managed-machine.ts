import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { Clock } from "@/lib/kernel/clock";
import { Fault, Refusal } from "@/lib/kernel/fault";
import { GuestSerialFollower, type GuestOrders } from "./guest/ledger-serial";
import { provenOnDisk, quiesceGuest, type QuiesceAnswer } from "./guest-quiesce";
import type { SupplyBlocks } from "./block-supply";
import { HostDisk } from "./host-disk";
import type {
  ConsoleView,
  Cut,
  CutRequest,
  IncomingEnd,
  MachineDefinition,
  MachineStatus,
  TrackingRequest,
} from "./host-protocol";
import type { ConsoleScreen, Hypervisor, MachinePowerState, RunningMachine } from "./hypervisor";
import { diskUnknown, hypervisorUnavailable, machineNotBootable, machineNotOff } from "./host-refusals";
import { MachineCuts } from "./machine-cuts";
import { MachineIncoming, requireUnchanged } from "./machine-incoming";
import type { MachineStore, ReplicationState } from "./machine-store";

export interface MachineSurroundings {
  readonly fileSystem: FileSystem;
  readonly hypervisor: () => Hypervisor;
  readonly store: MachineStore;
  readonly clock: Clock;
  readonly bootId: string | null;
  readonly supplyBlocks: SupplyBlocks;
}

export interface MachineCutRequest extends Pick<CutRequest, "diskIds"> {
  readonly cutId: string;
  readonly epoch: string;
  /** The instant that the cut is known by. */
  readonly at: string;
  /** What the guest said when it was asked to quiesce; null: nobody asked. */
  readonly quiesced: QuiesceAnswer | null;
}

const BLANK: ConsoleScreen = { rows: [], serial: "", revision: 0 };

/** One machine of the host: its disks, its power, its console, its write logs. Verbs of one machine never overlap. */
export class ManagedMachine {
  #definition: MachineDefinition;
  readonly #around: MachineSurroundings;
  #disks: readonly HostDisk[];
  #cuts: MachineCuts;
  #replication: ReplicationState;
  readonly #incoming: MachineIncoming;
  #power: MachinePowerState = "off";
  #powerProblem: string | null = null;
  #running: RunningMachine | null = null;
  #lastScreen: ConsoleScreen = BLANK;
  #revisionBase = 0;
  #follower = new GuestSerialFollower();
  #bootReport: ConsoleView["bootReport"] = null;
  #firstLineMs: number | null = null;
  #offOrders: GuestOrders | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();

  constructor(definition: MachineDefinition, around: MachineSurroundings) {
    this.#definition = definition;
    this.#around = around;
    this.#replication = around.store.replication(definition.id);
    this.#incoming = new MachineIncoming(around.store, definition.id);
    this.#disks = this.#disksOf(definition);
    this.#cuts = new MachineCuts(this.#disks, definition.bootable);
    this.#settleDisks();
    this.#readOffOrders();
  }

  get definition(): MachineDefinition {
    return this.#definition;
  }

  /** Runs one verb after the other, whatever order requests come in. */
  inTurn<Result>(verb: () => Promise<Result> | Result): Promise<Result> {
    const result = this.#turn.then(verb);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  status(): MachineStatus {
    return {
      ...this.#definition,
      power: this.#power,
      powerProblem: this.#powerProblem,
      tracking: this.#replication.trackedDiskIds.length > 0,
      disks: this.#disks.map((disk) => disk.status()),
      orders: this.#orders(),
      guestProblem: this.#running === null ? null : (this.#follower.problem ?? this.#running.diskProblem()),
      boot: { firstLineMs: this.#firstLineMs, report: this.#bootReport },
      incoming: this.#incoming.state,
    };
  }

  /** Whether the host may start it: its disks are its own. */
  get isWhole(): boolean {
    return this.#incoming.state === null;
  }

  console(): ConsoleView {
    const screen = this.#running?.screen() ?? this.#lastScreen;
    return {
      power: this.#power,
      powerProblem: this.#powerProblem,
      rows: [...screen.rows],
      serial: screen.serial,
      revision: this.#revisionBase + screen.revision,
      orders: this.#orders(),
      bootReport: this.#bootReport,
      firstLineMs: this.#firstLineMs,
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a new definition. Disks may only change while the machine is off and no cut of it stands. */
  redefine(definition: MachineDefinition): void {
    const sameDisks = JSON.stringify(definition.disks) === JSON.stringify(this.#definition.disks);
    const sameOwner = definition.bootable === this.#definition.bootable;
    if (!sameDisks || !sameOwner) {
      if (this.#running) throw disksInUse(this.#definition.name);
      this.#closeDisks();
      this.#disks = this.#disksOf(definition);
      this.#cuts = new MachineCuts(this.#disks, definition.bootable);
    }
    this.#definition = definition;
    this.#around.store.save(definition);
    if (!this.#running) this.#readOffOrders();
    this.#settleDisks();
  }

  /** Idempotent. Faults of disks and hypervisor also leave the machine `failed` with the reason. */
  async start(): Promise<void> {
    this.#incoming.requireNone(this.#definition.name);
    this.#desire("running");
    if (this.#running) return;
    const hypervisor = this.#around.hypervisor();
    if (!this.#definition.bootable) throw machineNotBootable(this.#definition.name);
    const unavailable = hypervisor.unavailableReason();
    if (unavailable !== null) {
      this.#setPower("off", unavailable);
      throw hypervisorUnavailable(this.#definition.name, unavailable);
    }
    this.#setPower("starting", null);
    try {
      await this.#powerOn();
    } catch (error) {
      this.#setPower("failed", error instanceof Error ? error.message : String(error));
      this.#settleDisks();
      throw error;
    }
  }

  async #powerOn(): Promise<void> {
    const { clock } = this.#around;
    for (const disk of this.#disks) disk.open();
    this.#follower = new GuestSerialFollower();
    this.#bootReport = null;
    this.#firstLineMs = null;
    const startedMs = clock.monotonicMs();
    const { id, name, memoryBytes } = this.#definition;
    const machine = await this.#around.hypervisor().start({
      ...{ id, name, memoryBytes },
      disks: this.#disks.map((disk) => disk.tracked),
    });
    machine.onSerial((text) => this.#takeSerial(text, startedMs));
    machine.onConsole(() => this.announce());
    machine.onFailure((reason) => this.#failed(machine, reason));
    this.#revisionBase = this.console().revision + 1;
    this.#running = machine;
    if (machine.failure() === null) this.#setPower("running", null);
  }

  /** Idempotent. Off, with everything that the guest wrote durable, when it returns. */
  async stop(): Promise<void> {
    this.#desire("off");
    await this.powerOff();
  }

  /** As `stop`, without a change of what is desired: the host goes down and starts the machine when it is back. */
  async powerOff(): Promise<void> {
    const machine = this.#running;
    if (machine) {
      this.#setPower("stopping", null);
      await machine.powerOff();
      this.#lastScreen = machine.screen();
      this.#running = null;
      for (const disk of this.#disks) if (disk.isOpen) disk.tracked.sync();
    }
    // Before it is announced: whoever watches sees what is on the disk now, not what was when the machine started.
    this.#readOffOrders();
    this.#setPower("off", null);
    this.#settleDisks();
  }

  /** Not one of the verbs in turn: it takes long, and the machine goes on, and may be stopped, meanwhile. */
  async settleDisks(): Promise<boolean> {
    let ordinary = true;
    for (const disk of this.#disks) ordinary = (await disk.settle()) && ordinary;
    await this.inTurn(() => this.#settleDisks());
    this.announce();
    return ordinary;
  }

  setTracking(request: TrackingRequest): void {
    this.#incoming.requireNone(this.#definition.name);
    this.#track(request);
  }

  #track(request: TrackingRequest): void {
    const disks = request.enabled ? this.#chosen(request.diskIds) : [];
    // Somebody else's images: their writes do not pass here, so there is nothing to log; every cut reads them whole.
    const tracked = this.#definition.bootable ? disks : [];
    for (const disk of this.#disks) {
      if (tracked.includes(disk)) disk.open().enableTracking();
      else if (this.#replication.trackedDiskIds.includes(disk.id)) disk.open().disableTracking();
    }
    const trackedDiskIds = tracked.map((disk) => disk.id);
    this.#saveReplication({ trackedDiskIds, baseline: disks.length === 0 ? null : this.#replication.baseline });
    this.#settleDisks();
    this.announce();
  }

  /** Whatever comes of it, `resume` has to follow. */
  quiesce(): Promise<QuiesceAnswer> {
    const { name } = this.#definition;
    return quiesceGuest({ name, running: this.#running }, this.#follower, this.#around.clock);
  }

  resume(): void {
    if (this.#follower.orders !== null) this.#running?.sendSerial("R");
  }

  cut(request: MachineCutRequest): Cut {
    const { cutId, epoch, at, quiesced } = request;
    this.#incoming.requireNone(this.#definition.name);
    try {
      const { disks, orders } = this.#cuts.begin(cutId, this.#chosen(request.diskIds));
      return {
        ...{ cutId, epoch, at, disks, baseline: this.#replication.baseline },
        quiesced:
          quiesced && provenOnDisk(this.#definition.name, quiesced, this.#cuts.readMark(), orders?.count ?? null),
        orders: orders === null ? null : { count: orders.count, lastAt: inUtc(orders.lastAt) },
      };
    } finally {
      this.#settleDisks();
    }
  }

  cutIsValid(cutId: string): boolean {
    return this.#cuts.isValid(cutId);
  }

  releaseCut(cutId: string, committed: boolean, baseline: string | null): boolean {
    const released = this.#cuts.release(cutId, committed, () =>
      this.#saveReplication({ ...this.#replication, baseline }),
    );
    this.#settleDisks();
    return released;
  }

  /**
   * Gives the images into the hands of whoever makes them what the point holds. What is logged of them ends: it could not
   * name what is written past us. Idempotent. @throws Refusal MachineNotOff, DiskNotWhole
   */
  beginIncoming(point: string): void {
    if (this.#running) throw machineNotOff(this.#definition.name, this.#power);
    for (const disk of this.#disks) disk.requireWhole();
    this.#desire("off");
    this.#incoming.begin(point);
    this.#cuts.abandon();
    if (this.#replication.trackedDiskIds.length > 0) this.#track({ enabled: false });
    this.#closeDisks();
    this.#setPower("off", null);
  }

  /**
   * Takes the images back. Unless more is to come, the logs begin here: what they name from now on is what changed since
   * the point. False: nothing of this point was under way. @throws Refusal ImageChanged
   */
  endIncoming({ point, disks, moreToCome }: IncomingEnd, cutId: string): boolean {
    if (!this.#incoming.isWriting(point)) return false;
    const diskIds = disks.map(({ diskId }) => diskId);
    const chosen = this.#chosen(diskIds);
    requireUnchanged(this.#definition.name, chosen, disks);
    if (!moreToCome) {
      this.#track({ enabled: true, diskIds });
      if (this.#definition.bootable) this.#cuts.begin(cutId, chosen);
      this.#cuts.release(cutId, true, () => this.#saveReplication({ ...this.#replication, baseline: point }));
    }
    this.#incoming.complete(point, moreToCome);
    this.#readOffOrders();
    this.#settleDisks();
    this.announce();
    return true;
  }

  /** Powers off and lets go of disks and logs. The images stay. */
  async forget(): Promise<void> {
    await this.powerOff();
    this.#cuts.abandon();
    if (this.#replication.trackedDiskIds.length > 0) this.#track({ enabled: false });
    this.#closeDisks();
    this.#around.store.remove(this.#definition.id);
  }

  async shutDown(): Promise<void> {
    await this.powerOff();
    this.#closeDisks();
  }

  #disksOf(definition: MachineDefinition): HostDisk[] {
    const { fileSystem, supplyBlocks, store, bootId } = this.#around;
    const logs = { folder: store.trackingFolder(definition.id), bootId };
    return definition.disks.map((disk) => new HostDisk(disk, { fileSystem, supplyBlocks }, logs));
  }

  #chosen(diskIds: readonly string[] | undefined): readonly HostDisk[] {
    if (diskIds === undefined) return this.#disks;
    return [...new Set(diskIds)].map((id) => {
      const disk = this.#disks.find((candidate) => candidate.id === id);
      if (!disk) throw diskUnknown(this.#definition.name, id);
      return disk;
    });
  }

  /** Opens what must be open, closes what need not be. A tracked image that cannot be opened shows its problem. */
  #settleDisks(): void {
    const needed = this.#running !== null || this.#cuts.isActive;
    for (const disk of this.#disks) {
      if (needed) continue;
      if (!this.isWhole) disk.close();
      else if (!this.#definition.bootable || !this.#replication.trackedDiskIds.includes(disk.id)) disk.close();
      else if (!disk.isOpen) openOrShow(disk);
    }
  }

  #closeDisks(): void {
    this.#cuts.abandon();
    for (const disk of this.#disks) disk.close();
  }

  #saveReplication(state: ReplicationState): void {
    this.#around.store.saveReplication(this.#definition.id, state);
    this.#replication = state;
  }

  #desire(desired: MachineDefinition["desired"]): void {
    if (this.#definition.desired === desired) return;
    const definition = { ...this.#definition, desired };
    this.#around.store.save(definition);
    this.#definition = definition;
  }

  #orders(): MachineStatus["orders"] {
    const orders = this.#running === null ? this.#offOrders : (this.#follower.orders ?? this.#offOrders);
    return orders && { ...orders, lastAt: inUtc(orders.lastAt) };
  }

  #readOffOrders(): void {
    if (this.#incoming.state?.stage === "writing") {
      this.#offOrders = null; // A mixture has no orders of its own.
      return;
    }
    try {
      const state = this.#cuts.readOrders();
      this.#offOrders = state && { count: state.count, lastAt: state.lastAt, verdict: state.verdict };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#offOrders = null; // The disk's status carries the same problem, with its explanation.
    }
  }

  #takeSerial(text: string, startedMs: number): void {
    this.#firstLineMs ??= Math.round(this.#around.clock.monotonicMs() - startedMs);
    this.#follower.push(text);
    const { orders } = this.#follower;
    if (orders) this.#bootReport ??= { orders: orders.count, verdict: orders.verdict };
  }

  #failed(machine: RunningMachine, reason: string): void {
    void this.inTurn(async () => {
      if (this.#running !== machine) return;
      await machine.powerOff();
      this.#lastScreen = machine.screen();
      this.#running = null;
      this.#setPower("failed", reason);
      this.#readOffOrders();
      this.#settleDisks();
    });
  }

  #setPower(power: MachinePowerState, problem: string | null): void {
    this.#power = power;
    this.#powerProblem = problem;
    this.announce();
  }

  /** Tells every watcher of the machine to look again. */
  announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

function openOrShow(disk: HostDisk): void {
  try {
    disk.open();
  } catch (error) {
    if (!(error instanceof Fault)) throw error; // A fault is kept by the disk and shown in its status.
  }
}

function disksInUse(name: string): Refusal {
  return new Refusal("conflict", {
    code: "MachineDisksInUse",
    message: `The disks of '${name}' cannot be changed while it runs.`,
    possibleCauses: "The machine was registered again with other disks, under the same id.",
    recommendedAction: "Stop the machine first, or use another id.",
  });
}

/** The guest keeps UTC and does not say so: whoever reads the time elsewhere must not take it for its own. */
function inUtc(time: string | null): string | null {
  return time === null ? null : `${time}Z`;
}
