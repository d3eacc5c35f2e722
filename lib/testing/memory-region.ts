import type { RegionCompute, RegionMachine } from "@/lib/operations/ports/region-compute";
import { siteFault } from "./memory-site";
import type { MemoryReplicaFolders } from "./memory-replica-folders";

/** A region whose machines read their orders from the disks that they are really started with. */
export class MemoryRegion implements RegionCompute {
  readonly machines = new Map<string, RegionMachine & { readonly name: string }>();
  unavailable: string | null = null;
  /** Names of machines that fail to start, that many times. */
  readonly bootFailures = new Map<string, number>();
  /** Machines that no removal gets rid of. */
  readonly immortal = new Set<string>();
  readonly log: string[] = [];
  onStart: (name: string) => void = () => {};

  constructor(private readonly folders: MemoryReplicaFolders) {}

  async unavailableReason(): Promise<string | null> {
    return this.unavailable;
  }

  async start(machine: Parameters<RegionCompute["start"]>[0]): Promise<RegionMachine> {
    const running = this.machines.get(machine.id);
    if (running?.power === "running") return running;
    const left = this.bootFailures.get(machine.name) ?? 0;
    if (left > 0) this.bootFailures.set(machine.name, left - 1);
    const boot = this.folders.files.get(machine.disks[0]?.path ?? "");
    const fails = left > 0 || boot === undefined;
    const orders = boot?.orders ?? null;
    const started: RegionMachine & { name: string } = {
      id: machine.id,
      name: machine.name,
      power: fails ? "failed" : "running",
      powerProblem: fails ? "no boot disk could be read" : null,
      firstLineMs: fails ? null : 480,
      orders: orders === null ? null : { count: orders, lastAt: null, verdict: "ok" },
      bootReport: fails || orders === null ? null : { orders, verdict: "ok" },
      onDemand: [],
      serial: "",
      rows: [],
    };
    this.machines.set(machine.id, started);
    this.log.push(`started ${machine.name}`);
    this.onStart(machine.name);
    return started;
  }

  async get(id: string): Promise<RegionMachine | null> {
    return this.machines.get(id) ?? null;
  }

  async settleDisks(id: string): Promise<boolean> {
    this.log.push(`settled ${this.machines.get(id)?.name ?? id}`);
    return true;
  }

  async stop(id: string): Promise<void> {
    const machine = this.machines.get(id);
    if (!machine) throw siteFault("MachineNotFound", `There is no machine '${id}' on this host.`);
    this.machines.set(id, { ...machine, power: "off" });
  }

  async remove(id: string): Promise<void> {
    const machine = this.machines.get(id);
    if (!machine || this.immortal.has(machine.name)) return;
    this.machines.delete(id);
    this.log.push(`removed ${machine.name}`);
  }

  async list(): Promise<RegionMachine[]> {
    return [...this.machines.values()];
  }

  running(): string[] {
    return [...this.machines.values()].filter((machine) => machine.power === "running").map(({ name }) => name);
  }
}
