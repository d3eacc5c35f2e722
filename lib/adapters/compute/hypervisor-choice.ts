import type { HostClient } from "@/lib/compute/host-client";
import type { HostStatus } from "@/lib/compute/host-protocol";
import { Fault } from "@/lib/kernel/fault";
import type { HypervisorChoice, HypervisorHost } from "@/lib/operations/ports/hypervisor-choice";

/** `hosts` is asked at every call: sites come and go. */
export function createHypervisorChoice(
  hosts: () => readonly { readonly name: string; readonly client: HostClient }[],
): HypervisorChoice {
  return {
    async list() {
      const found = await Promise.all(hosts().map(async ({ name, client }) => view(name, await statusOf(client))));
      return found.flatMap((host) => host ?? []);
    },
    async choose(host, hypervisor) {
      const found = hosts().find(({ name }) => name.toLowerCase() === host.toLowerCase());
      return found ? view(found.name, await found.client.chooseHypervisor(hypervisor)) : null;
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

function view(name: string, status: HostStatus | null): HypervisorHost | null {
  return status && { name, chosen: status.hypervisor, choices: status.hypervisors ?? [] };
}
