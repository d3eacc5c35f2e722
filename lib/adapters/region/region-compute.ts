import type { HostClient } from "@/lib/compute/host-client";
import type { ConsoleView, MachineStatus } from "@/lib/compute/host-protocol";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { RegionCompute, RegionMachine } from "@/lib/operations/ports/region-compute";

const isUnknown = (error: unknown) => error instanceof Refusal && error.kind === "notFound";

/** The simulated region's compute: one compute host that runs materialised disks. */
export function createRegionCompute(host: HostClient): RegionCompute {
  const view = async (status: MachineStatus): Promise<RegionMachine> => merge(status, await host.console(status.id));

  return {
    async unavailableReason() {
      try {
        return (await host.status()).hypervisorProblem;
      } catch (error) {
        if (error instanceof Fault && error.code === "ComputeHostUnreachable") return error.message;
        throw error;
      }
    },
    async start(machine) {
      await host.putMachine({ ...machine, disks: [...machine.disks], desired: "running" });
      return view(await host.start(machine.id));
    },
    async get(id) {
      try {
        return await view(await host.machine(id));
      } catch (error) {
        if (isUnknown(error)) return null;
        throw error;
      }
    },
    async stop(id) {
      await host.stop(id);
    },
    async remove(id) {
      try {
        await host.removeMachine(id);
      } catch (error) {
        if (!isUnknown(error)) throw error;
      }
    },
    async list() {
      const { machines } = await host.status();
      return Promise.all(machines.map(view));
    },
  };
}

function merge(status: MachineStatus, console: ConsoleView): RegionMachine {
  return {
    id: status.id,
    power: status.power,
    powerProblem: status.powerProblem,
    firstLineMs: console.firstLineMs,
    orders: console.orders,
    bootReport: console.bootReport,
    serial: console.serial,
    rows: console.rows,
  };
}
