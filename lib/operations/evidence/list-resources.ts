import type { DeployedMachine } from "@/lib/domain/entities";
import type { OperationContext } from "../context";

/** Everything of a replica that is there now, by looking: names for people, files with their sizes. */
export async function listResources(context: OperationContext, machine: DeployedMachine): Promise<string[]> {
  const running = (await context.region.list()).filter((candidate) => candidate.id === machine.id);
  const files = await context.replicaFolders.sizes(machine.folder);
  const served = await context.onDemandDisks.remains(machine.folder);
  const network = machine.networkName === null ? "" : `, on network ${machine.networkName}`;
  return [
    ...running.map(({ power }) => `virtual machine ${machine.name} (${power}${network})`),
    ...machine.disks.map(({ diskId, role }) => `disk ${diskId} of ${machine.name} (${role})`),
    ...files.map(({ name, sizeBytes }) => `file ${name} in the storage account (${sizeBytes} bytes)`),
    ...served,
  ];
}
