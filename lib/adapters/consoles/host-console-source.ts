import type { HostClient } from "@/lib/compute/host-client";
import type { ConsoleView as HostConsoleView, HostStatus } from "@/lib/compute/host-protocol";
import type { ConsoleView } from "@/lib/contract/portal";
import { Fault } from "@/lib/kernel/fault";
import type { ConsoleSource } from "@/lib/operations/ports/console-source";

/** A compute host whose machines' consoles can be watched. */
export interface WatchedHost {
  readonly client: HostClient;
  readonly location: ConsoleView["location"];
}

/** `hosts` is asked at every call: sites come and go, and a host that is down knows no machines. */
export function createHostConsoleSource(hosts: () => readonly WatchedHost[]): ConsoleSource {
  async function find(machineId: string): Promise<{ host: WatchedHost; name: string } | null> {
    for (const host of hosts()) {
      const status = await statusOf(host.client);
      const machine = status?.machines.find((one) => one.id === machineId);
      if (machine) return { host, name: machine.name };
    }
    return null;
  }

  return {
    async view(machineId) {
      const found = await find(machineId);
      if (!found) return null;
      return toView(machineId, found.name, found.host.location, await found.host.client.console(machineId));
    },
    async *stream(machineId, signal) {
      const found = await find(machineId);
      if (!found) return;
      try {
        for await (const seen of found.host.client.streamConsole(machineId, signal)) {
          yield toView(machineId, found.name, found.host.location, seen);
        }
      } catch (error) {
        // The host was killed or the machine removed: the stream is over, and the watcher asks again.
        if (!(error instanceof Fault) || error.code !== "ComputeHostUnreachable") throw error;
      }
    },
  };
}

async function statusOf(client: HostClient): Promise<HostStatus | null> {
  try {
    return await client.status();
  } catch (error) {
    if (error instanceof Fault && error.code === "ComputeHostUnreachable") return null;
    throw error;
  }
}

function toView(
  machineId: string,
  machineName: string,
  location: ConsoleView["location"],
  seen: HostConsoleView,
): ConsoleView {
  return {
    ...{ machineId, machineName, location },
    power: seen.power,
    rows: seen.rows,
    serial: seen.serial,
    revision: seen.revision,
    orders: seen.orders,
    firstLineMs: seen.firstLineMs,
  };
}
