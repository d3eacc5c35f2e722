import { z } from "zod";

/**
 * What the portal reads of a replication protected item and its recovery points (api-version 2023-06-01). A tolerant reader:
 * fields that the portal does not show are not named here, and unset ones may be null or absent as the service sends them.
 */
export const HealthError = z.object({
  errorCode: z.string().nullish(),
  errorLevel: z.string().nullish(),
  summaryMessage: z.string().nullish(),
  errorMessage: z.string().nullish(),
  possibleCauses: z.string().nullish(),
  recommendedAction: z.string().nullish(),
});
export type HealthError = z.infer<typeof HealthError>;

export const ReplicatedDisk = z.object({
  vhdType: z.string().nullish(),
  vhdId: z.string().nullish(),
  diskId: z.string().nullish(),
  vhdName: z.string().nullish(),
  maxSizeMB: z.union([z.string(), z.number()]).nullish(),
  targetDiskName: z.string().nullish(),
});

export const HyperVReplicaAzureDetails = z.object({
  instanceType: z.string(),
  azureVmDiskDetails: z.array(ReplicatedDisk).nullish(),
  recoveryAzureVmName: z.string().nullish(),
  recoveryAzureVMSize: z.string().nullish(),
  recoveryAzureStorageAccount: z.string().nullish(),
  selectedRecoveryAzureNetworkId: z.string().nullish(),
  vmNics: z
    .array(
      z.object({
        recoveryVMNetworkId: z.string().nullish(),
        recoveryVMSubnetName: z.string().nullish(),
        ipConfigs: z.array(z.object({ recoverySubnetName: z.string().nullish() })).nullish(),
      }),
    )
    .nullish(),
  lastReplicatedTime: z.string().nullish(),
  rpoInSeconds: z.number().nullish(),
  vmId: z.string().nullish(),
  sourceVmRamSizeInMB: z.number().nullish(),
  sourceVmCpuCount: z.number().nullish(),
  oSDetails: z.object({ osType: z.string().nullish() }).nullish(),
});

export const ProtectedItem = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    friendlyName: z.string(),
    protectableItemId: z.string().nullish(),
    recoveryServicesProviderId: z.string().nullish(),
    primaryFabricFriendlyName: z.string().nullish(),
    protectionState: z.string(),
    protectionStateDescription: z.string(),
    activeLocation: z.string(),
    testFailoverState: z.string().nullish(),
    testFailoverStateDescription: z.string().nullish(),
    allowedOperations: z.array(z.string()).default([]),
    replicationHealth: z.string().nullish(),
    failoverHealth: z.string().nullish(),
    healthErrors: z.array(HealthError).nullish(),
    policyId: z.string().nullish(),
    policyFriendlyName: z.string().nullish(),
    lastSuccessfulFailoverTime: z.string().nullish(),
    lastSuccessfulTestFailoverTime: z.string().nullish(),
    currentScenario: z
      .object({ scenarioName: z.string().nullish(), jobId: z.string().nullish(), startTime: z.string().nullish() })
      .nullish(),
    failoverRecoveryPointId: z.string().nullish(),
    providerSpecificDetails: HyperVReplicaAzureDetails.nullish(),
  }),
});
export type ProtectedItem = z.infer<typeof ProtectedItem>;

export const TargetComputeSize = z.object({
  name: z.string().nullish(),
  properties: z.object({
    name: z.string(),
    friendlyName: z.string().nullish(),
    cpuCoresCount: z.number().nullish(),
    memoryInGB: z.number().nullish(),
    maxDataDiskCount: z.number().nullish(),
    maxNicsCount: z.number().nullish(),
    errors: z.array(z.object({ message: z.string().nullish(), severity: z.string().nullish() })).nullish(),
  }),
});
export type TargetComputeSize = z.infer<typeof TargetComputeSize>;
