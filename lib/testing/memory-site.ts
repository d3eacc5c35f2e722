import type { ReportedMachine } from "@/lib/domain/entities";
import { Fault } from "@/lib/kernel/fault";
import type { Clock } from "@/lib/kernel/clock";
import type { RecoveryPointInput } from "@/lib/operations/record-recovery-point";
import type {
  ReplicationProgress,
  SiteCommand,
  SiteCommandResult,
  SiteGateway,
} from "@/lib/operations/ports/site-gateway";
import { testRoot, type MemoryVaultData } from "./memory-vault-data";

export interface SiteMachine {
  readonly id: string;
  readonly name: string;
  power: "off" | "running";
  orders: number | null;
  bootable: boolean;
  /** Of a machine that was made for a failback; else they follow from its id. */
  readonly diskIds?: readonly string[];
}

/** What a host does with its machines: runs them, takes orders, cuts and sends. Answers commands while it is connected. */
export class MemorySite implements SiteGateway {
  readonly machines = new Map<string, SiteMachine>();
  readonly itemMachines = new Map<string, string>();
  readonly progresses = new Map<string, ReplicationProgress>();
  connected = true;
  /** Planted: the next command of this type fails in this way. */
  readonly failures = new Map<SiteCommand["type"], Fault[]>();
  readonly log: string[] = [];
  /** Machines that the site does not start: what came back last was not the final state of the replica, or not all. */
  readonly halfBack = new Set<string>();
  onStart: (name: string) => void = () => {};
  /** A machine was started or stopped: a host says so at once. */
  onPower: () => void = () => {};
  /** What the guests found when they were last started, by machine. */
  readonly boots = new Map<string, { orders: number; verdict: "ok" | "damaged" } | null>();
  /** Machines whose guests find damage at their next start. */
  readonly damaged = new Set<string>();
  /** Registers a point with the control plane; set by whoever puts the world together. */
  register: (point: RecoveryPointInput) => Promise<{ recoveryPointId: string }> = async () => {
    throw new Error("not connected to a control plane");
  };
  /** Planted: so many synchronizations back end half-way. */
  dropsSynchronization = 0;
  private cuts = 0;

  constructor(
    private readonly vaultData: MemoryVaultData,
    private readonly clock: Clock,
  ) {}

  isConnected(): boolean {
    return this.connected;
  }

  progress(protectedItemId: string): ReplicationProgress | null {
    return this.progresses.get(protectedItemId) ?? null;
  }

  transfer(): null {
    return null;
  }

  async command(_providerId: string, command: SiteCommand): Promise<SiteCommandResult> {
    if (!this.connected) throw siteFault("SiteNotConnected", "The host did not take up the request.");
    const planted = this.failures.get(command.type)?.shift();
    if (planted) throw planted;
    switch (command.type) {
      case "stopMachine":
        return this.setPower(command.machineId, "off");
      case "startMachine":
        if (this.halfBack.has(command.machineId)) {
          throw siteFault("SynchronizationIncomplete", "The disks of this machine are not whole: synchronize again.");
        }
        return this.setPower(command.machineId, "running");
      case "replicateNow":
        return this.replicate(command.protectedItemId, command.final);
      case "refreshInventory":
        return {};
      case "synchronizeBack":
        return this.synchronizeBack(command);
    }
  }

  /** The machine becomes what the point holds; it can be started when that was the final state of its replica. */
  private synchronizeBack(command: Extract<SiteCommand, { type: "synchronizeBack" }>): SiteCommandResult {
    const { machineId, pointObjectName, createMachine } = command;
    const point = this.vaultData.points.get(pointObjectName);
    if (!point) throw siteFault("VaultPointMissing", `${pointObjectName} is not in the vault.`);
    if (createMachine && !this.machines.has(machineId)) {
      const bootable = point.orders !== null;
      const made = { diskIds: createMachine.disks.map(({ id }) => id) };
      this.machines.set(machineId, {
        id: machineId,
        name: createMachine.name,
        power: "off",
        orders: null,
        bootable,
        ...made,
      });
      this.log.push(`created ${createMachine.name} with ${createMachine.disks.map(({ format }) => format).join(", ")}`);
    }
    const machine = this.machine(machineId);
    if (machine.power !== "off") throw siteFault("MachineNotOff", `${machine.name} runs.`);
    this.halfBack.add(machineId);
    if (this.dropsSynchronization > 0) {
      this.dropsSynchronization -= 1;
      throw siteFault("SynchronizationInterrupted", "Planted.");
    }
    const equal = machine.orders === point.orders;
    machine.orders = point.orders;
    if (point.final !== false) this.halfBack.delete(machineId);
    this.log.push(`synchronized ${machine.name} back`);
    return {
      synchronizedBack: diskIds(machine).map((diskId) => ({
        ...{ diskId, root: testRoot(diskId, point.orders), bytesCompared: 4096 },
        ...(equal
          ? { bytesWritten: 0, bytesReceived: 0, bytesSaved: 4096 }
          : { bytesWritten: 1024, bytesReceived: 512, bytesSaved: 3072 }),
      })),
    };
  }

  /** A cut of the machine as it is now, sent and registered. */
  async replicate(itemId: string, final: boolean, about: Partial<RecoveryPointInput> = {}): Promise<SiteCommandResult> {
    const machine = this.machine(this.itemMachines.get(itemId) ?? "");
    const objectName = `points/${machine.id}/${(this.cuts += 1)}`;
    this.vaultData.points.set(objectName, { machineName: machine.name, orders: machine.orders });
    const orders = machine.orders === null ? null : { count: machine.orders, lastAt: null };
    const { recoveryPointId } = await this.register({
      protectedItemId: itemId,
      objectName,
      at: this.clock.now().toISOString(),
      kind: "CrashConsistent",
      final,
      disks: diskIds(machine).map((diskId) => ({
        diskId,
        virtualSizeBytes: 2 ** 30,
        root: testRoot(diskId, machine.orders),
      })),
      sourceBytesRead: 4096,
      changedBytes: 1024,
      storedBytes: 512,
      orders,
      quiesceProblem: null,
      group: null,
      cycle: { durationMs: 10, missedIntervals: 0, writeLogBytes: 4096 },
      ...about,
    });
    return { recoveryPointId, orders };
  }

  write(machineId: string, orders: number): void {
    const machine = this.machine(machineId);
    if (machine.power === "off" || machine.orders === null) throw new Error(`${machine.name} takes no orders`);
    machine.orders += orders;
  }

  inventory(): ReportedMachine[] {
    return [...this.machines.values()].map((machine) => ({
      id: machine.id,
      name: machine.name,
      generation: 1,
      osType: "Other",
      memoryBytes: 64 * 2 ** 20,
      cpuCount: 1,
      power: machine.power,
      bootable: machine.bootable,
      boot: { firstLineMs: machine.power === "running" ? 300 : null, report: this.boots.get(machine.id) ?? null },
      disks: diskIds(machine).map((id, index) => ({
        id,
        name: `${machine.name}-${index}.vhd`,
        role: index === 0 ? "os" : "data",
        format: "vhd-dynamic",
        virtualSizeBytes: 2 ** 30,
        allocatedBytes: 4096,
        problem: null,
      })),
      attachments: { passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false },
      orders: machine.orders === null ? null : { count: machine.orders, lastAt: null, verdict: "ok" },
    }));
  }

  machine(id: string): SiteMachine {
    const machine = this.machines.get(id);
    if (!machine) throw new Error(`no machine ${id}`);
    return machine;
  }

  private setPower(id: string, power: SiteMachine["power"]): SiteCommandResult {
    const machine = this.machine(id);
    if (machine.power !== power) this.log.push(`${power === "off" ? "stopped" : "started"} ${machine.name}`);
    if (power === "running" && machine.power !== "running" && machine.orders !== null) {
      this.boots.set(id, { orders: machine.orders, verdict: this.damaged.has(id) ? "damaged" : "ok" });
    }
    machine.power = power;
    if (power === "running") this.onStart(machine.name);
    this.onPower();
    return { power };
  }
}

const diskIds = (machine: SiteMachine) => machine.diskIds ?? [`${machine.id}-os`, `${machine.id}-data`];

export function siteFault(code: string, message: string): Fault {
  return new Fault({ code, message, possibleCauses: "Planted.", recommendedAction: "None." }, { retryable: true });
}
