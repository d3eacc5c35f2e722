import { providerArmId } from "@/lib/contract/arm-id";
import type {
  StorageAccountResource,
  VirtualMachineResource,
  VirtualNetworkResource,
} from "@/lib/contract/region-resources";
import type { DeployedMachine, StorageAccount, VirtualNetwork } from "@/lib/domain/entities";
import type { DeployedMachineFacts } from "@/lib/operations/list-deployed-machines";

export function presentStorageAccount(account: StorageAccount): StorageAccountResource {
  return {
    id: providerArmId(account, "Microsoft.Storage", "storageAccounts", account.name),
    name: account.name,
    type: "Microsoft.Storage/storageAccounts",
    location: account.location,
    kind: "StorageV2",
    sku: { name: "Standard_LRS", tier: "Standard" },
    properties: {
      provisioningState: "Succeeded",
      creationTime: account.createdAt,
      simulated: !account.blob,
      azureBlob: account.blob,
    },
  };
}

export function presentVirtualNetwork(network: VirtualNetwork): VirtualNetworkResource {
  const id = providerArmId(network, "Microsoft.Network", "virtualNetworks", network.name);
  return {
    id,
    name: network.name,
    type: "Microsoft.Network/virtualNetworks",
    location: network.location,
    properties: {
      provisioningState: "Succeeded",
      addressSpace: { addressPrefixes: [network.addressSpace] },
      subnets: network.subnets.map((subnet) => ({
        id: `${id}/subnets/${encodeURIComponent(subnet.name)}`,
        name: subnet.name,
        properties: { addressPrefix: subnet.addressPrefix },
      })),
      isolated: network.isolated,
      simulated: true,
    },
  };
}

export function presentVirtualMachine(
  scope: { readonly subscriptionId: string; readonly resourceGroup: string },
  { machine, vault, itemName, sourceName, recoveryPointAt, running, onDemand, activity }: DeployedMachineFacts,
): VirtualMachineResource {
  return {
    id: providerArmId(scope, "Microsoft.Compute", "virtualMachines", machine.name),
    name: machine.name,
    type: "Microsoft.Compute/virtualMachines",
    location: vault.location,
    properties: {
      machineId: machine.id,
      protectedItemName: itemName ?? "",
      sourceMachineName: sourceName,
      vaultName: vault.name,
      purpose: machine.purpose,
      size: machine.size,
      networkName: machine.networkName,
      state: stateOf(machine, running?.power ?? null),
      activity,
      recoveryPointTime: recoveryPointAt ?? "",
      firstLineMs: running?.firstLineMs ?? machine.firstLineMs,
      orders: running?.orders ? { ...running.orders } : null,
      onDemandDisks: onDemand.map((disk) => ({ ...disk })),
      createdAt: machine.createdAt,
      simulated: true,
    },
  };
}

/** A machine that our records call running is shown so only while the region says the same. */
function stateOf(machine: DeployedMachine, power: string | null): DeployedMachine["state"] {
  if (machine.state !== "Running") return machine.state;
  return power === "running" || power === "starting" ? "Running" : "Stopped";
}
