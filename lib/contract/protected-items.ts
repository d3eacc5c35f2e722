import { z } from "zod";
import { HealthError } from "./health-error";
import { AzureDiskDetails, commonItemDetails, InMageAzureV2Details, InMageAzureV2EnableInput } from "./vmware";

/**
 * Bodies of replication protected items (api-version 2023-06-01, asr reference 1.3 and 3.2), Hyper-V and VMware to Azure only:
 * another `instanceType` is refused. Properties that mean nothing here are taken and ignored, as the service does.
 */
const instanceType = z.enum(["HyperVReplicaAzure", "InMageAzureV2"]);
const Direction = z.enum(["PrimaryToRecovery", "RecoveryToPrimary"]);
const optional = z.string().nullish();

const HyperVReplicaAzureEnableInput = z.object({
  instanceType: z.literal("HyperVReplicaAzure"),
  hvHostVmId: optional,
  vmName: optional,
  osType: optional,
  vhdId: optional,
  /** Ids of disks; all of them when absent. */
  disksToInclude: z.array(z.string()).nullish(),
  targetStorageAccountId: optional,
  targetAzureVmName: optional,
  targetVmSize: optional,
  targetAzureNetworkId: optional,
  targetAzureSubnetId: optional,
});

export const EnableProtectionBody = z.object({
  properties: z.object({
    policyId: z.string(),
    protectableItemId: z.string(),
    providerSpecificDetails: z.discriminatedUnion("instanceType", [
      HyperVReplicaAzureEnableInput,
      InMageAzureV2EnableInput,
    ]),
  }),
});
export type EnableProtectionBody = z.infer<typeof EnableProtectionBody>;

export const UpdateProtectedItemBody = z.object({
  properties: z.object({
    recoveryAzureVMName: optional,
    recoveryAzureVMSize: optional,
    selectedRecoveryAzureNetworkId: optional,
    vmNics: z
      .array(
        z.object({
          nicId: optional,
          recoveryVMSubnetName: optional,
          ipConfigs: z.array(z.object({ recoverySubnetName: optional })).nullish(),
        }),
      )
      .nullish(),
    providerSpecificDetails: z.object({ instanceType }).nullish(),
  }),
});
export type UpdateProtectedItemBody = z.infer<typeof UpdateProtectedItemBody>;

const FailoverDetails = z.object({ instanceType, recoveryPointId: optional }).nullish();

/** Ours: start the replica before its disks are whole; they are completed and verified behind it, within the same job. */
export const startInstantly = z.boolean().nullish();
/** The way back: failoverDirection RecoveryToPrimary. The provider of another host's id, or null: the original one. */
export const FailbackDetails = z.object({
  instanceType: z.literal("HyperVReplicaAzureFailback"),
  dataSyncOption: z.enum(["ForDownTime", "ForSynchronization"]).nullish(),
  recoveryVmCreationOption: z.enum(["CreateVmIfNotFound", "NoAction"]).nullish(),
  providerIdForAlternateRecovery: optional,
});
export type FailbackDetails = z.infer<typeof FailbackDetails>;
export const PlannedFailoverBody = z.object({
  properties: z.object({
    failoverDirection: Direction.nullish(),
    providerSpecificDetails: z
      .discriminatedUnion("instanceType", [z.object({ instanceType, recoveryPointId: optional }), FailbackDetails])
      .nullish(),
    startInstantly,
  }),
});
/** Reverse replication after a failback. The direction is the one in which data then travels; the details are taken as they are. */
export const ReprotectBody = z.object({
  properties: z
    .object({
      failoverDirection: Direction.nullish(),
      providerSpecificDetails: z.object({ instanceType: optional }).nullish(),
    })
    .nullish(),
});
/** Ours: when the outage was declared; the time until recovery is counted from then. */
export const outageDeclaredAt = z.iso.datetime().nullish();
export const UnplannedFailoverBody = z.object({
  properties: z.object({
    outageDeclaredAt,
    failoverDirection: Direction.nullish(),
    sourceSiteOperations: z.enum(["Required", "NotRequired"]).nullish(),
    providerSpecificDetails: FailoverDetails,
    startInstantly,
  }),
});
/** With NoNetworkAttachAsInput the test machine is not connected. */
const NetworkType = z.enum(["VmNetworkAsInput", "NoNetworkAttachAsInput"]);
export const TestFailoverBody = z.object({
  properties: z.object({
    failoverDirection: Direction.nullish(),
    networkType: NetworkType.nullish(),
    networkId: optional,
    providerSpecificDetails: FailoverDetails,
  }),
});
export const CleanupBody = z.object({ properties: z.object({ comments: optional }).nullish() });
export const ApplyRecoveryPointBody = z.object({
  properties: z.object({
    recoveryPointId: z.string(),
    providerSpecificDetails: z.object({ instanceType }).nullish(),
    startInstantly,
  }),
});
export const DisableProtectionBody = z.object({
  properties: z
    .object({
      disableProtectionReason: z.enum(["NotSpecified", "MigrationComplete"]).nullish(),
      replicationProviderInput: z.object({ instanceType: optional }).nullish(),
    })
    .nullish(),
});

export const CurrentScenario = z.object({ scenarioName: z.string(), jobId: z.string(), startTime: z.string() });

const HyperVReplicaAzureDetails = z.object({
  instanceType: z.literal("HyperVReplicaAzure"),
  ...commonItemDetails,
  azureVmDiskDetails: z.array(AzureDiskDetails),
  recoveryAzureVmName: z.string(),
  lastReplicatedTime: z.string().nullable(),
  initialReplicationDetails: z.object({
    initialReplicationType: z.literal("OverNetwork"),
    initialReplicationProgressPercentage: z.string(),
  }),
  encryption: z.literal("Disabled"),
  oSDetails: z.object({ osType: z.string() }),
});

export const ProtectedItemResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal(
    "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectedItems",
  ),
  location: z.string(),
  properties: z.object({
    friendlyName: z.string(),
    protectedItemType: z.enum(["HyperVVirtualMachine", "VMwareVirtualMachine"]),
    protectableItemId: z.string(),
    recoveryServicesProviderId: z.string(),
    primaryFabricFriendlyName: z.string(),
    primaryFabricProvider: z.enum(["HyperVSite", "VMware"]),
    recoveryFabricFriendlyName: z.literal("Microsoft Azure"),
    recoveryFabricId: z.literal("Microsoft Azure"),
    primaryProtectionContainerFriendlyName: z.string(),
    recoveryProtectionContainerFriendlyName: z.literal("Microsoft Azure"),
    recoveryContainerId: z.literal("Microsoft Azure"),
    protectionState: z.string(),
    protectionStateDescription: z.string(),
    activeLocation: z.enum(["Primary", "Recovery"]),
    /** Ours: which way the machine's data goes, or would go next. */
    replicationDirection: Direction,
    testFailoverState: z.string(),
    testFailoverStateDescription: z.string(),
    allowedOperations: z.array(z.string()),
    replicationHealth: z.enum(["None", "Normal", "Warning", "Critical"]),
    failoverHealth: z.enum(["None", "Normal", "Warning", "Critical"]),
    healthErrors: z.array(HealthError),
    policyId: z.string(),
    policyFriendlyName: z.string(),
    lastSuccessfulFailoverTime: z.string().nullable(),
    lastSuccessfulTestFailoverTime: z.string().nullable(),
    currentScenario: CurrentScenario,
    failoverRecoveryPointId: z.string().nullable(),
    eventCorrelationId: z.string(),
    providerSpecificDetails: z.discriminatedUnion("instanceType", [HyperVReplicaAzureDetails, InMageAzureV2Details]),
  }),
});
export type ProtectedItemResource = z.infer<typeof ProtectedItemResource>;

const Problem = z.object({
  code: z.string(),
  message: z.string(),
  possibleCauses: z.string(),
  recommendedAction: z.string(),
});

export const RecoveryPointResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  properties: z.object({
    recoveryPointTime: z.string(),
    recoveryPointType: z.enum(["ApplicationConsistent", "CrashConsistent"]),
    /** The figures are ours: the service's details of this type are empty. */
    providerSpecificDetails: z.object({
      instanceType,
      orders: z.object({ count: z.number(), lastAt: z.string().nullable() }).nullable(),
      sourceBytesRead: z.number(),
      changedBytes: z.number(),
      storedBytes: z.number(),
      final: z.boolean(),
      /** Cut in Azure, of what the replica had written, for a failback. */
      fromReplica: z.boolean(),
      disks: z.array(z.object({ diskId: z.string(), virtualSizeBytes: z.number(), root: z.string() })),
      /** Why it is not application-consistent although it was to be, or what went wrong after its cut. */
      quiesceProblem: Problem.nullable(),
      /** Whether every machine of its consistency group has a point of this cut (the service's name for other types). */
      isMultiVmSyncPoint: z.boolean(),
      multiVmGroupName: z.string().nullable(),
      /** Points of one stamp are of one instant. */
      multiVmStamp: z.string().nullable(),
      multiVmProblem: Problem.nullable(),
    }),
  }),
});
export type RecoveryPointResource = z.infer<typeof RecoveryPointResource>;

export const TargetComputeSizeResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  properties: z.object({
    name: z.string(),
    friendlyName: z.string(),
    cpuCoresCount: z.number(),
    vCPUsAvailable: z.number(),
    memoryInGB: z.number(),
    maxDataDiskCount: z.number(),
    maxNicsCount: z.number(),
    errors: z.array(z.object({ message: z.string(), severity: z.string() })),
    highIopsSupported: z.string(),
    hyperVGenerations: z.array(z.string()),
  }),
});
export type TargetComputeSizeResource = z.infer<typeof TargetComputeSizeResource>;
