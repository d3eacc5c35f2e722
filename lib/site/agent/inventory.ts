import type { z } from "zod";
import type { HostStatus, MachineStatus } from "@/lib/compute/host-protocol";
import type { ReportedMachineWire } from "../protocol";

type ReportedMachine = z.infer<typeof ReportedMachineWire>;

/** What the vault is told of a host's machines: no paths, nothing that it does not need. */
export function inventoryOf(status: HostStatus): ReportedMachine[] {
  return status.machines.map(reportedMachine);
}

/** When the host does not answer: the machines as last seen, and honestly not running. */
export function inventoryWithoutHost(last: readonly ReportedMachine[]): ReportedMachine[] {
  return last.map((machine) => ({ ...machine, power: machine.power === "off" ? "off" : "failed" }));
}

function reportedMachine(machine: MachineStatus): ReportedMachine {
  const { id, name, generation, osType, memoryBytes, cpuCount, power, bootable, attachments, orders } = machine;
  return {
    ...{ id, name, generation, osType, memoryBytes, cpuCount, power, bootable, attachments, orders },
    ...(machine.boot === undefined ? {} : { boot: machine.boot }),
    disks: machine.disks.map((disk) => ({
      id: disk.id,
      name: disk.name,
      role: disk.role,
      format: disk.format,
      virtualSizeBytes: disk.virtualSizeBytes,
      allocatedBytes: disk.allocatedBytes,
      logicalSectorBytes: disk.logicalSectorBytes,
      problem: disk.problem,
    })),
  };
}
