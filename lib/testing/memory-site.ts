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
  onStart: (name: string) => void = () => {};
  /** Registers a point with the control plane; set by whoever puts the world together. */
  register: (point: RecoveryPointInput) => Promise<{ recoveryPointId: string }> = async () => {
    throw new Error("not connected to a control plane");
  };
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
        return this.setPower(command.machineId, "running");
      case "replicateNow":
        return this.replicate(command.protectedItemId, command.final);
      case "refreshInventory":
        return {};
      case "synchronizeBack":
        throw siteFault("CommandUnknown", "The site does not know how to take a machine back yet.");
    }
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
    machine.power = power;
    if (power === "running") this.onStart(machine.name);
    return { power };
  }
}

const diskIds = (machine: SiteMachine) => [`${machine.id}-os`, `${machine.id}-data`];

export function siteFault(code: string, message: string): Fault {
  return new Fault({ code, message, possibleCauses: "Planted.", recommendedAction: "None." }, { retryable: true });
}
