import type { ProtectableItemResource } from "@/lib/contract/fabrics";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import type { AzureDiskDetails } from "@/lib/contract/vmware";
import type { ReplicationProvider } from "@/lib/domain/replication-provider";

/** A machine as its site reports it, whatever words its kind of site has for it. */
export interface MachineDetails {
  /** The provider that replicates machines of this kind. */
  readonly provider: ReplicationProvider;
  /** By which its host knows it. */
  readonly machineId: string;
  readonly name: string;
  readonly osType: string;
  /** Hyper-V's; VMware machines have none. */
  readonly generation: string | null;
  readonly disks: readonly MachineDisk[];
}

export interface MachineDisk {
  readonly id: string;
  readonly name: string;
  readonly role: "OperatingSystem" | "Data";
  readonly sizeMB: number;
  /** What the host found out about the image; null when it cannot be read. */
  readonly format: string | null;
  readonly allocatedBytes: number;
}

export function machineDetails({ name: itemName, properties }: ProtectableItemResource): MachineDetails {
  const { friendlyName: name, customDetails: details } = properties;
  if (details.instanceType === "VMwareVirtualMachine") {
    const disks = details.diskDetails.map(({ diskId, diskName, diskSizeInMB, role, format, allocatedBytes }) => ({
      ...{ id: diskId, name: diskName, sizeMB: Number(diskSizeInMB) },
      ...{ role, format, allocatedBytes },
    }));
    return { provider: "InMageAzureV2", machineId: itemName, name, osType: details.osType, generation: null, disks };
  }
  const disks = details.diskDetails.map(({ vhdId, vhdName, vhdType, maxSizeMB, format, allocatedBytes }) => ({
    ...{ id: vhdId, name: vhdName, sizeMB: maxSizeMB, role: vhdType },
    ...{ format, allocatedBytes },
  }));
  return {
    provider: "HyperVReplicaAzure",
    machineId: details.sourceItemId,
    name,
    osType: details.osDetails.osType,
    generation: details.generation,
    disks,
  };
}

/** What a protected machine becomes in Azure. */
export interface TargetDetails {
  readonly name: string;
  readonly disks: readonly AzureDiskDetails[];
  /** The server that sends a VMware machine's data; Hyper-V hosts send their machines' themselves. */
  readonly processServer: string | null;
}

export function targetDetails({ properties }: ProtectedItemResource): TargetDetails {
  const details = properties.providerSpecificDetails;
  return details.instanceType === "InMageAzureV2"
    ? {
        name: details.recoveryAzureVMName,
        disks: details.azureVMDiskDetails,
        processServer: details.processServerName,
      }
    : { name: details.recoveryAzureVmName, disks: details.azureVmDiskDetails, processServer: null };
}
