import type { VirtualNetwork } from "@/lib/domain/entities";
import { sameName } from "@/lib/domain/names";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import type { OperationContext } from "./context";

/** @throws Refusal InUseNetworkCannotBeDeleted (conflict), naming the machines in it or meant for it */
export async function deleteVirtualNetwork(context: OperationContext, network: VirtualNetwork): Promise<void> {
  const users = await usersOf(context, network);
  if (users.length > 0) {
    throw new Refusal("conflict", {
      code: "InUseNetworkCannotBeDeleted",
      message: `The network ${network.name} cannot be deleted: ${users.join(", ")} use it.`,
      possibleCauses: "A replica runs in it, or a protected machine is to be failed over into it.",
      recommendedAction: "Clean the test failovers up, or give the machines another target network.",
    });
  }
  await context.repositories.virtualNetworks.delete(network, network.name);
  announce(context, null, "virtualNetworks", network.name);
}

async function usersOf(context: OperationContext, network: VirtualNetwork): Promise<string[]> {
  const { vaults, deployedMachines, protectedItems } = context.repositories;
  const uses = (name: string | null) => name !== null && sameName(name, network.name);
  const machines = await deployedMachines.listByScope(network);
  const users = machines.filter((machine) => uses(machine.networkName)).map((machine) => machine.name);
  for (const vault of await vaults.list(network)) {
    const items = await protectedItems.listByVault(vault.id);
    users.push(...items.filter((item) => uses(item.target.networkName)).map((item) => item.machineName));
  }
  return [...new Set(users)];
}
