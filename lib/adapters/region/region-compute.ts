import type { HostClient } from "@/lib/compute/host-client";
import type { ConsoleView, MachineStatus } from "@/lib/compute/host-protocol";
import type { Clock } from "@/lib/kernel/clock";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { RegionCompute, RegionMachine } from "@/lib/operations/ports/region-compute";

const isUnreachable = (error: unknown) => error instanceof Fault && error.code === "ComputeHostUnreachable";
const isUnknown = (error: unknown) => error instanceof Refusal && error.kind === "notFound";

/** A host that died is started again at once by its supervisor; a job need not fail for that. */
const PATIENCE_MS = 20_000;
const RETRY_MS = 250;

/** The simulated region's compute: one compute host that runs materialised disks. Every call may be repeated. */
export function createRegionCompute(host: HostClient, clock: Clock): RegionCompute {
  const view = async (status: MachineStatus): Promise<RegionMachine> => merge(status, await host.console(status.id));

  /** Null for a machine that was removed since the list was asked for: cleanups run beside each other. */
  async function viewIfThere(status: MachineStatus): Promise<RegionMachine | null> {
    try {
      return await view(status);
    } catch (error) {
      if (isUnknown(error)) return null;
      throw error;
    }
  }

  async function patiently<T>(work: () => Promise<T>): Promise<T> {
    const deadlineMs = clock.monotonicMs() + PATIENCE_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isUnreachable(error) || clock.monotonicMs() > deadlineMs) throw error;
      }
      await clock.sleep(RETRY_MS);
    }
  }

  return {
    async unavailableReason() {
      try {
        return (await host.status()).hypervisorProblem;
      } catch (error) {
        if (error instanceof Fault && isUnreachable(error)) return error.message;
        throw error;
      }
    },
    async start(machine) {
      return patiently(async () => {
        await host.putMachine({ ...machine, disks: [...machine.disks], desired: "running" });
        return view(await host.start(machine.id));
      });
    },
    async get(id) {
      try {
        return await patiently(async () => view(await host.machine(id)));
      } catch (error) {
        if (isUnknown(error)) return null;
        throw error;
      }
    },
    async screenshot(id) {
      try {
        return await host.screenshot(id);
      } catch (error) {
        if (isUnknown(error)) return null;
        throw error;
      }
    },
    settleDisks: (id) => patiently(() => host.settleDisks(id)),
    async stop(id) {
      await patiently(() => host.stop(id));
    },
    async remove(id) {
      try {
        await patiently(() => host.removeMachine(id));
      } catch (error) {
        if (!isUnknown(error)) throw error;
      }
    },
    async list() {
      return patiently(async () => {
        const views = await Promise.all((await host.status()).machines.map(viewIfThere));
        return views.filter((machine) => machine !== null);
      });
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
    onDemand: status.disks.flatMap(({ id: diskId, onDemand }) => (onDemand ? [{ diskId, ...onDemand }] : [])),
    serial: console.serial,
    rows: console.rows,
  };
}
