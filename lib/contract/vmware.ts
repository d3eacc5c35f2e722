import { z } from "zod";

/**
 * Bodies of VMware machines in the service's words (api-version 2023-06-01, asr reference 1.3): what differs from Hyper-V.
 * Properties that mean nothing here are taken and ignored, as the service does; what is marked as ours the service has not.
 */
const optional = z.string().nullish();

export const InMageAzureV2PolicyInput = z.object({
  instanceType: z.literal("InMageAzureV2"),
  /** The newest point is late when it is older. */
  recoveryPointThresholdInMinutes: z.number().int().nullish(),
  /** Minutes; whole hours here, 0 to 4,320; 0 keeps the latest point only. */
  recoveryPointHistory: z.number().int().nullish(),
  /** 1 to 60. */
  crashConsistentFrequencyInMinutes: z.number().int().nullish(),
  /** Whole hours here, 0 to 720; 0 is off. */
  appConsistentFrequencyInMinutes: z.number().int().nullish(),
  multiVmSyncStatus: z.enum(["Enable", "Disable"]).nullish(),
});
export type InMageAzureV2PolicyInput = z.infer<typeof InMageAzureV2PolicyInput>;

export const InMageAzureV2PolicyDetails = z.object({
  instanceType: z.literal("InMageAzureV2"),
  recoveryPointThresholdInMinutes: z.number(),
  recoveryPointHistory: z.number(),
  crashConsistentFrequencyInMinutes: z.number(),
  appConsistentFrequencyInMinutes: z.number(),
  multiVmSyncStatus: z.literal("Disabled"),
  /** Ours: the account that machines get which name none. */
  activeStorageAccountId: z.string(),
});

export const VMwareDetails = z.object({
  instanceType: z.literal("VMware"),
  processServers: z.array(
    z.object({
      id: z.string(),
      friendlyName: z.string(),
      agentVersion: z.string(),
      lastHeartbeat: z.string().nullable(),
      machineCount: z.string(),
    }),
  ),
  masterTargetServers: z.array(z.never()),
  runAsAccounts: z.array(z.never()),
  processServerCount: z.string(),
  protectedServers: z.string(),
  hostName: z.string().nullable(),
  agentVersion: z.string().nullable(),
  lastHeartbeat: z.string().nullable(),
});

export const VMwareVirtualMachineDetails = z.object({
  instanceType: z.literal("VMwareVirtualMachine"),
  osType: z.string(),
  ipAddress: z.null(),
  poweredOn: z.enum(["true", "false"]),
  vCenterInfrastructureId: z.null(),
  diskDetails: z.array(
    z.object({
      diskId: z.string(),
      diskName: z.string(),
      diskSizeInMB: z.string(),
      /** Ours: what the host found out about the image. */
      role: z.enum(["OperatingSystem", "Data"]),
      format: z.string().nullable(),
      allocatedBytes: z.number(),
    }),
  ),
  validationErrors: z.array(z.never()),
});

export const InMageAzureV2EnableInput = z.object({
  instanceType: z.literal("InMageAzureV2"),
  /** All disks when absent. */
  disksToInclude: z.array(z.object({ diskId: optional })).nullish(),
  storageAccountId: optional,
  targetAzureVmName: optional,
  targetVmSize: optional,
  targetAzureNetworkId: optional,
  targetAzureSubnetId: optional,
});

const Nic = z.object({
  nicId: z.string(),
  recoveryVMNetworkId: z.string(),
  recoveryVMSubnetName: z.string().nullable(),
  selectionType: z.literal("SelectedByUser"),
  ipConfigs: z.array(z.object({ isPrimary: z.boolean(), recoverySubnetName: z.string().nullable() })),
});

/** What a protected machine's details say alike for both providers. */
export const commonItemDetails = {
  recoveryAzureVMSize: z.string(),
  recoveryAzureStorageAccount: z.string(),
  recoveryAzureLogStorageAccountId: z.null(),
  lastRecoveryPointReceived: z.string().nullable(),
  rpoInSeconds: z.number().nullable(),
  lastRpoCalculatedTime: z.string().nullable(),
  vmId: z.string(),
  vmProtectionState: z.string(),
  vmProtectionStateDescription: z.string(),
  vmNics: z.array(Nic),
  selectedRecoveryAzureNetworkId: z.string().nullable(),
  selectedSourceNicId: z.string().nullable(),
  sourceVmRamSizeInMB: z.number(),
  sourceVmCpuCount: z.number(),
  enableRdpOnTargetOption: z.literal("Never"),
  recoveryAzureResourceGroupId: z.string(),
  useManagedDisks: z.literal("false"),
  licenseType: z.literal("NotSpecified"),
  /** The consistency group; the service has the names for VMware machines only. */
  multiVmGroupName: z.string().nullable(),
  multiVmSyncStatus: z.enum(["Enabled", "Disabled"]),
};

export const AzureDiskDetails = z.object({
  vhdType: z.enum(["OperatingSystem", "Data"]),
  vhdId: z.string(),
  diskId: z.string(),
  vhdName: z.string(),
  /** Ours: the image's format at its host; null while the host has not said it. In Azure: always a fixed VHD. */
  sourceFormat: z.string().nullable(),
  targetFormat: z.string(),
  maxSizeMB: z.string(),
  targetDiskLocation: z.string(),
  targetDiskName: z.string(),
  lunId: z.string(),
});
export type AzureDiskDetails = z.infer<typeof AzureDiskDetails>;

export const InMageAzureV2Details = z.object({
  instanceType: z.literal("InMageAzureV2"),
  ...commonItemDetails,
  recoveryAzureVMName: z.string(),
  azureVMDiskDetails: z.array(AzureDiskDetails),
  protectedDisks: z.array(
    z.object({
      diskId: z.string(),
      diskName: z.string(),
      diskCapacityInBytes: z.number(),
      resyncRequired: z.enum(["Required", "None"]),
    }),
  ),
  /** Of the initial replication, as far as bytes were counted. */
  resyncProgressPercentage: z.number(),
  processServerId: z.string(),
  processServerName: z.string(),
  agentVersion: z.string().nullable(),
  lastHeartbeat: z.string().nullable(),
  osType: z.string(),
  osDiskId: z.string().nullable(),
});
