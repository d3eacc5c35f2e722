import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { assert } from "@/lib/kernel/assert";
import type { Clock } from "@/lib/kernel/clock";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import type {
  ConsoleView,
  Cut,
  CutRequest,
  GroupCutRequest,
  HostStatus,
  IncomingEnd,
  MachineDefinition,
  MachineStatus,
  TrackingRequest,
} from "./host-protocol";
import type { QuiesceAnswer } from "./guest-quiesce";
import { badRequest, hypervisorNotUsable, machineUnknown } from "./host-refusals";
import { noBlocks, type SupplyBlocks } from "./block-supply";
import type { Hypervisor } from "./hypervisor";
import { MachineStore } from "./machine-store";
import { ManagedMachine } from "./managed-machine";

export interface HostOptions {
  readonly home: string;
  readonly hostName: string;
  readonly pid: number;
  readonly fileSystem: FileSystem;
  /** What machines run on unless another was chosen. */
  readonly hypervisor: Hypervisor;
  readonly otherHypervisors?: readonly Hypervisor[];
  readonly clock: Clock;
  readonly random: Random;
  /** Names this run of the operating system, so that logs cut short by a loss of power are known; null: unknown. */
  readonly bootId: string | null;
  /** Gives the missing blocks of disks that are used before they are whole; without it such disks cannot be opened. */
  readonly supplyBlocks?: SupplyBlocks;
}

export type MachineCutResult =
  { readonly machineId: string; readonly cut: Cut } | { readonly machineId: string; readonly error: unknown };

/**
 * A host of virtual machines: keeps their definitions, runs them, logs what they write, cuts their disks for
 * replication. The same program plays an on-premises host and the Azure region. It may be killed at any instant: what
 * guests were told is written is on the images, and the write logs cover it.
 */
export class ComputeHost {
  readonly #options: HostOptions;
  readonly #store: MachineStore;
  readonly #epoch: string;
  readonly #machines = new Map<string, ManagedMachine>();
  readonly #problems: readonly string[];

  constructor(options: HostOptions) {
    this.#options = options;
    this.#epoch = options.random.uuid();
    this.#store = new MachineStore(options.fileSystem, options.home);
    const { definitions, problems } = this.#store.load();
    this.#problems = problems;
    for (const definition of definitions) this.#machines.set(definition.id, this.#manage(definition));
  }

  /** Starts what was running. A machine that cannot start shows why; the others start all the same. */
  async startDesired(): Promise<void> {
    await Promise.all(
      [...this.#machines.values()]
        .filter((machine) => machine.definition.desired === "running" && machine.definition.bootable && machine.isWhole)
        .map((machine) => this.#startOrShow(machine)),
    );
  }

  status(): HostStatus {
    const { hostName, pid } = this.#options;
    const hypervisor = this.#hypervisor();
    return {
      ...{ hostName, pid, epoch: this.#epoch, hypervisor: hypervisor.name },
      hypervisorProblem: hypervisor.unavailableReason(),
      hypervisors: this.#hypervisors().map((one) => ({ name: one.name, problem: one.unavailableReason() })),
      machines: [...this.#machines.values()]
        .map((machine) => machine.status())
        .sort((a, b) => a.name.localeCompare(b.name, "en")),
      problems: [...this.#problems],
    };
  }

  /** Registers a machine or changes it, and brings it to what is desired. */
  async put(definition: MachineDefinition): Promise<MachineStatus> {
    let machine = this.#machines.get(definition.id);
    if (!machine) {
      this.#store.save(definition);
      machine = this.#manage(definition);
      this.#machines.set(definition.id, machine);
    }
    const known = machine;
    await known.inTurn(() => known.redefine(definition));
    if (definition.desired === "off") await known.inTurn(() => known.stop());
    else if (definition.bootable && known.isWhole) await this.#startOrShow(known);
    return known.status();
  }

  /**
   * What machines are started with from now on, also after a restart of the host; those that run stay where they are.
   * @throws Refusal HypervisorUnavailable: not installed here
   */
  chooseHypervisor(name: string): HostStatus {
    const chosen = this.#hypervisors().find((one) => one.name === name);
    const problem = chosen
      ? chosen.unavailableReason()
      : `This host knows no hypervisor named ${JSON.stringify(name)}.`;
    if (problem !== null) throw hypervisorNotUsable(problem);
    this.#store.saveHypervisor(name);
    return this.status();
  }

  #hypervisors(): readonly Hypervisor[] {
    return [this.#options.hypervisor, ...(this.#options.otherHypervisors ?? [])];
  }

  #hypervisor(): Hypervisor {
    const name = this.#store.hypervisor();
    return this.#hypervisors().find((one) => one.name === name) ?? this.#options.hypervisor;
  }

  machine(id: string): MachineStatus {
    return this.#find(id).status();
  }

  has(id: string): boolean {
    return this.#machines.has(id);
  }

  async remove(id: string): Promise<void> {
    const machine = this.#machines.get(id);
    if (!machine) return;
    await machine.inTurn(() => machine.forget());
    this.#machines.delete(id);
    machine.announce();
  }

  async start(id: string): Promise<MachineStatus> {
    const machine = this.#find(id);
    await machine.inTurn(() => machine.start());
    return machine.status();
  }

  async stop(id: string): Promise<MachineStatus> {
    const machine = this.#find(id);
    await machine.inTurn(() => machine.stop());
    return machine.status();
  }

  /** Disks that were started instantly and are proven become ordinary ones; true when all are. The guest goes on. */
  settleDisks(id: string): Promise<boolean> {
    return this.#find(id).settleDisks();
  }

  console(id: string): ConsoleView {
    return this.#find(id).console();
  }

  /** PNG of what the machine's display shows; null when it is off. */
  screenshot(id: string): Promise<Uint8Array | null> {
    return this.#find(id).screenshot();
  }

  /** Called after every change of the machine's console or power. Returns the unsubscribe function. */
  onChange(id: string, listener: () => void): () => void {
    return this.#find(id).onChange(listener);
  }

  async setTracking(id: string, request: TrackingRequest): Promise<MachineStatus> {
    const machine = this.#find(id);
    await machine.inTurn(() => machine.setTracking(request));
    return machine.status();
  }

  async beginIncoming(id: string, point: string): Promise<MachineStatus> {
    const machine = this.#find(id);
    await machine.inTurn(() => machine.beginIncoming(point));
    return machine.status();
  }

  async endIncoming(id: string, end: IncomingEnd): Promise<boolean> {
    const machine = this.#find(id);
    return machine.inTurn(() => machine.endIncoming(end, this.#options.random.uuid()));
  }

  async cut(id: string, request: CutRequest): Promise<Cut> {
    this.#find(id);
    const [result] = (await this.cutTogether([{ machineId: id, ...request }])).results;
    assert(result !== undefined, "a cut of one machine has one result");
    if ("cut" in result) return result.cut;
    throw result.error;
  }

  /**
   * Cuts all disks of all these machines in one synchronous step, so that no guest of them writes in between. Guests
   * that are asked to quiesce do so before it, at the same time, and go on right after it.
   */
  async cutTogether(requests: GroupCutRequest["machines"]): Promise<{ at: string; results: MachineCutResult[] }> {
    const ids = [...new Set(requests.map((request) => request.machineId))].sort();
    if (ids.length !== requests.length) throw badRequest("a machine is named twice");
    const machines = ids.map((id) => this.#machines.get(id)).filter((machine) => machine !== undefined);
    return inTurnOfAll(machines, async () => {
      const quiesced = await Promise.all(
        requests.map(async ({ machineId, quiesce }) =>
          quiesce === true ? ((await this.#machines.get(machineId)?.quiesce()) ?? null) : null,
        ),
      );
      try {
        const at = this.#options.clock.now().toISOString();
        return { at, results: requests.map((request, index) => this.#cutNow(request, at, quiesced[index] ?? null)) };
      } finally {
        for (const { machineId, quiesce } of requests) {
          if (quiesce === true) this.#machines.get(machineId)?.resume();
        }
      }
    });
  }

  /** Synchronous: whatever is awaited here would let guests write between two disks. */
  #cutNow(
    { machineId, ...request }: GroupCutRequest["machines"][number],
    at: string,
    quiesced: QuiesceAnswer | null,
  ): MachineCutResult {
    try {
      const machine = this.#find(machineId);
      const cutId = request.cutId ?? this.#options.random.uuid();
      return { machineId, cut: machine.cut({ ...request, cutId, epoch: this.#epoch, at, quiesced }) };
    } catch (error) {
      return { machineId, error };
    }
  }

  verifyCut(id: string, cutId: string): boolean {
    return this.#find(id).cutIsValid(cutId);
  }

  async releaseCut(id: string, cutId: string, committed: boolean, baseline: string | null): Promise<boolean> {
    const machine = this.#find(id);
    return machine.inTurn(() => machine.releaseCut(cutId, committed, baseline));
  }

  /** Orderly: every guest off, everything durable. What is desired stays, so that the next start brings it back. */
  async shutDown(): Promise<void> {
    await Promise.all([...this.#machines.values()].map((machine) => machine.inTurn(() => machine.shutDown())));
  }

  #manage(definition: MachineDefinition): ManagedMachine {
    const { fileSystem, clock, bootId, supplyBlocks = noBlocks } = this.#options;
    return new ManagedMachine(definition, {
      ...{ fileSystem, clock, bootId, supplyBlocks, hypervisor: () => this.#hypervisor() },
      store: this.#store,
    });
  }

  #find(id: string): ManagedMachine {
    const machine = this.#machines.get(id);
    if (!machine) throw machineUnknown(id);
    return machine;
  }

  async #startOrShow(machine: ManagedMachine): Promise<void> {
    try {
      await machine.inTurn(() => machine.start());
    } catch (error) {
      if (!(error instanceof Fault)) throw error; // A fault is in the machine's status: power failed, with the reason.
    }
  }
}

/** Holds every machine's turn while `verb` runs. The machines come in one order everywhere, so that none waits in a ring. */
function inTurnOfAll<Result>(machines: readonly ManagedMachine[], verb: () => Promise<Result>): Promise<Result> {
  const [first, ...others] = machines;
  return first === undefined ? verb() : first.inTurn(() => inTurnOfAll(others, verb));
}
