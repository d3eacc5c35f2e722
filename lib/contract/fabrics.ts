import { z } from "zod";
import { HealthError } from "./health-error";
import { VMwareDetails, VMwareVirtualMachineDetails } from "./vmware";

const SiteRecoveryResource = <T extends z.ZodType, Type extends string>(type: Type, properties: T) =>
  z.object({ id: z.string(), name: z.string(), type: z.literal(type), properties });

const Encryption = z.object({
  kekState: z.literal("None"),
  kekCertThumbprint: z.null(),
  kekCertExpiryDate: z.null(),
});

/**
 * A Hyper-V site is created with the abstract type and comes back as HyperVSite, as the service does it. VMware is ours: there a
 * configuration server's site appears when the server registers; here a server registers in a site that is there.
 */
export const FabricCreation = z.object({
  properties: z
    .object({
      customDetails: z
        .discriminatedUnion("instanceType", [
          z.object({ instanceType: z.literal("FabricSpecificCreationInput") }),
          z.object({ instanceType: z.literal("HyperVSite") }),
          z.object({ instanceType: z.literal("VMware") }),
        ])
        .nullish(),
    })
    .nullish(),
});

export const FabricResource = SiteRecoveryResource(
  "Microsoft.RecoveryServices/vaults/replicationFabrics",
  z.object({
    friendlyName: z.string(),
    encryptionDetails: Encryption,
    rolloverEncryptionDetails: Encryption,
    internalIdentifier: z.string(),
    bcdrState: z.literal("Valid"),
    customDetails: z.discriminatedUnion("instanceType", [
      z.object({
        instanceType: z.literal("HyperVSite"),
        hyperVHosts: z.array(z.object({ id: z.string(), name: z.string(), marsAgentVersion: z.string() })),
      }),
      VMwareDetails,
    ]),
    healthErrorDetails: z.array(HealthError),
    health: z.enum(["Normal", "Warning", "Critical"]),
  }),
);
export type FabricResource = z.infer<typeof FabricResource>;

export const ProviderResource = SiteRecoveryResource(
  "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationRecoveryServicesProviders",
  z.object({
    fabricType: z.enum(["HyperVSite", "VMware"]),
    friendlyName: z.string(),
    fabricFriendlyName: z.string(),
    providerVersion: z.string(),
    serverVersion: z.string(),
    providerVersionState: z.enum(["Latest"]),
    providerVersionExpiryDate: z.null(),
    lastHeartBeat: z.string().nullable(),
    connectionStatus: z.enum(["Connected", "Disconnected"]),
    protectedItemCount: z.number(),
    allowedScenarios: z.array(z.string()),
    healthErrorDetails: z.array(HealthError),
    draIdentifier: z.string(),
    machineId: z.string(),
    machineName: z.string(),
    /** Ours: when it registered. */
    registeredAt: z.string(),
  }),
);
export type ProviderResource = z.infer<typeof ProviderResource>;

export const ContainerResource = SiteRecoveryResource(
  "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers",
  z.object({
    fabricFriendlyName: z.string(),
    friendlyName: z.string(),
    fabricType: z.enum(["HyperVSite", "VMware"]),
    protectedItemCount: z.number(),
    pairingStatus: z.enum(["Paired", "NotPaired"]),
    role: z.enum(["Primary", ""]),
    fabricSpecificDetails: z.null(),
  }),
);
export type ContainerResource = z.infer<typeof ContainerResource>;

const HyperVVirtualMachineDetails = z.object({
  instanceType: z.literal("HyperVVirtualMachine"),
  sourceItemId: z.string(),
  generation: z.string(),
  osDetails: z.object({ osType: z.string() }),
  diskDetails: z.array(
    z.object({
      maxSizeMB: z.number(),
      vhdType: z.enum(["OperatingSystem", "Data"]),
      vhdId: z.string(),
      vhdName: z.string(),
      /** Ours: what the host found out about the image. */
      format: z.string().nullable(),
      allocatedBytes: z.number(),
    }),
  ),
  hasPhysicalDisk: z.enum(["Present", "NotPresent"]),
  hasFibreChannelAdapter: z.enum(["Present", "NotPresent"]),
  hasSharedVhd: z.enum(["Present", "NotPresent"]),
  hyperVHostId: z.string(),
});

export const ProtectableItemResource = SiteRecoveryResource(
  "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectableItems",
  z.object({
    friendlyName: z.string(),
    protectionStatus: z.enum(["Unprotected", "Protected"]),
    replicationProtectedItemId: z.string().nullable(),
    recoveryServicesProviderId: z.string(),
    /** Messages of the rules that it breaks; empty when it can be protected. */
    protectionReadinessErrors: z.array(z.string()),
    supportedReplicationProviders: z.array(z.string()),
    customDetails: z.discriminatedUnion("instanceType", [HyperVVirtualMachineDetails, VMwareVirtualMachineDetails]),
    /** Ours: the same rules with cause and cure; warnings too. */
    healthErrors: z.array(HealthError),
    /** Ours: the machine as its host last reported it. */
    machine: z.object({
      power: z.string(),
      bootable: z.boolean(),
      memoryBytes: z.number(),
      cpuCount: z.number(),
      hostConnected: z.boolean(),
      orders: z
        .object({ count: z.number(), lastAt: z.string().nullable(), verdict: z.enum(["ok", "damaged"]) })
        .nullable(),
    }),
  }),
);
export type ProtectableItemResource = z.infer<typeof ProtectableItemResource>;
