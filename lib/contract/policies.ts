import { z } from "zod";
import { InMageAzureV2PolicyDetails, InMageAzureV2PolicyInput } from "./vmware";

const HyperVReplicaAzureInput = z.object({
  instanceType: z.literal("HyperVReplicaAzure"),
  /** Hours, 0 to 24; 0 keeps the latest point only. */
  recoveryPointHistoryDuration: z.number().int().nullish(),
  /** Hours, 0 to 12; 0 is off. */
  applicationConsistentSnapshotFrequencyInHours: z.number().int().nullish(),
  /** Seconds: 30, 300 or 900. */
  replicationInterval: z.number().int().nullish(),
  /** Ours: true instead of an interval. The interval is 5 seconds then, and of five minutes one point is kept. */
  continuous: z.boolean().nullish(),
  onlineReplicationStartTime: z.string().nullish(),
  storageAccounts: z.array(z.string()).max(1).nullish(),
});
export type HyperVReplicaAzureInput = z.infer<typeof HyperVReplicaAzureInput>;

const ProviderInput = z.discriminatedUnion("instanceType", [HyperVReplicaAzureInput, InMageAzureV2PolicyInput]);
export type PolicyInput = z.infer<typeof ProviderInput>;

export const PolicyCreation = z.object({ properties: z.object({ providerSpecificInput: ProviderInput }) });
export const PolicyPatch = z.object({ properties: z.object({ replicationProviderSettings: ProviderInput }) });

const HyperVReplicaAzureDetails = z.object({
  instanceType: z.literal("HyperVReplicaAzure"),
  recoveryPointHistoryDurationInHours: z.number(),
  applicationConsistentSnapshotFrequencyInHours: z.number(),
  replicationInterval: z.number(),
  /** Ours; absent where it is false, so that other policies look as the service's do. */
  continuous: z.literal(true).optional(),
  onlineReplicationStartTime: z.null(),
  encryption: z.literal("Disabled"),
  activeStorageAccountId: z.string(),
});

export const PolicyResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.RecoveryServices/vaults/replicationPolicies"),
  properties: z.object({
    friendlyName: z.string(),
    providerSpecificDetails: z.discriminatedUnion("instanceType", [
      HyperVReplicaAzureDetails,
      InMageAzureV2PolicyDetails,
    ]),
  }),
});
export type PolicyResource = z.infer<typeof PolicyResource>;

export const ContainerMappingCreation = z.object({
  properties: z.object({
    targetProtectionContainerId: z.string(),
    policyId: z.string(),
    /**
     * Its type may be left out (asr reference 3.6). The official client then writes the property's own name there: its
     * serialiser fills a missing discriminator with the name of the mapper.
     */
    providerSpecificInput: z
      .object({ instanceType: z.enum(["HyperVReplicaAzure", "InMageAzureV2", "providerSpecificInput"]).nullish() })
      .nullish(),
  }),
});

export const ContainerMappingResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal(
    "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectionContainerMappings",
  ),
  properties: z.object({
    targetProtectionContainerId: z.literal("Microsoft Azure"),
    targetProtectionContainerFriendlyName: z.literal("Microsoft Azure"),
    providerSpecificDetails: z.null(),
    health: z.literal("Normal"),
    healthErrorDetails: z.array(z.never()),
    policyId: z.string(),
    policyFriendlyName: z.string(),
    state: z.literal("Paired"),
    sourceProtectionContainerFriendlyName: z.string(),
    sourceFabricFriendlyName: z.string(),
    targetFabricFriendlyName: z.literal("Microsoft Azure"),
  }),
});
export type ContainerMappingResource = z.infer<typeof ContainerMappingResource>;

/** POST …/remove of a mapping; an empty body will do. */
export const ContainerMappingRemoval = z.object({
  properties: z.object({ providerSpecificInput: z.unknown() }).partial().nullish(),
});
