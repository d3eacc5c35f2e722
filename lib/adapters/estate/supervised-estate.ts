import { existsSync } from "node:fs";
import { HostClient } from "@/lib/compute/host-client";
import { Fault } from "@/lib/kernel/fault";
import type { ReportedMachine } from "@/lib/domain/entities";
import type { EstateControl, EstateSiteStatus } from "@/lib/operations/ports/estate-control";
import { SupervisorClient } from "@/lib/site/supervisor/supervisor-client";
import { inventoryOf } from "@/lib/site/agent/inventory";
import type { SiteStatus } from "@/lib/site/supervisor/supervisor-protocol";

/** The estate as the supervisor of this home controls it. Without one: a reason beside the buttons, and an empty list. */
export function createSupervisedEstate(options: { readonly socketPath: string }): EstateControl {
  const client = new SupervisorClient(options.socketPath);
  const unavailableReason = () =>
    existsSync(options.socketPath)
      ? null
      : "The server runs without its supervisor. Start it with `npm run demo` or `npx secondsite serve` to control sites.";
  return {
    unavailableReason,
    list: async () => (unavailableReason() === null ? Promise.all((await client.list()).map(present)) : []),
    addFolder: async (name, folder) => present(await client.addFolder(name, folder)),
    addDemo: async (name, demo) => present(await client.addDemo(name, demo)),
    remove: (name) => client.remove(name),
    fail: async (name) => present(await client.fail(name)),
    restore: async (name) => present(await client.restore(name)),
    register: async (name, xml, passphrase) => present(await client.register(name, xml, passphrase)),
  };
}

async function present(status: SiteStatus): Promise<EstateSiteStatus> {
  const { name, kind, folder, state, processes, registeredVault, registeredFabric } = status;
  const machines = state === "running" ? await machinesOf(status.hostSocket) : [];
  return { name, kind, folder, state, processes, registeredVault, registeredFabric, machines };
}

/** Empty while the host is starting or was killed: the processes beside it say so. */
async function machinesOf(hostSocket: string): Promise<ReportedMachine[]> {
  const host = new HostClient(hostSocket);
  try {
    return inventoryOf(await host.status());
  } catch (error) {
    if (error instanceof Fault && error.code === "ComputeHostUnreachable") return [];
    throw error;
  } finally {
    host.close();
  }
}
