import { z } from "zod";

const Tags = z.record(z.string().max(512), z.string().max(256));

/** PUT of a vault. `storageAccountId` is ours: the account that holds the vault's data; without it one is chosen. */
export const VaultCreation = z.object({
  location: z.string(),
  tags: Tags.nullish(),
  sku: z.object({ name: z.enum(["Standard", "RS0"]), tier: z.string().nullish() }).nullish(),
  properties: z.object({ storageAccountId: z.string().nullish() }).nullish(),
});
export type VaultCreation = z.infer<typeof VaultCreation>;

export const VaultPatch = z.object({ tags: Tags.nullish() });

export const VaultResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.RecoveryServices/vaults"),
  location: z.string(),
  etag: z.string(),
  tags: z.record(z.string(), z.string()),
  sku: z.object({ name: z.literal("Standard"), tier: z.literal("Standard") }),
  properties: z.object({
    /** Creating, Succeeded (the classic portal says Active), Deleting, Failed. */
    provisioningState: z.enum(["Creating", "Succeeded", "Deleting", "Failed"]),
    publicNetworkAccess: z.literal("Disabled"),
    privateEndpointStateForBackup: z.literal("None"),
    privateEndpointStateForSiteRecovery: z.literal("None"),
    privateEndpointConnections: z.array(z.never()),
    /** Ours: where the vault's data lies, and whether the passphrase that its keys are wrapped with is chosen. */
    storageAccountId: z.string(),
    passphraseSet: z.boolean(),
    createdAt: z.string(),
  }),
});
export type VaultResource = z.infer<typeof VaultResource>;

export const NameAvailabilityRequest = z.object({ type: z.string().nullish(), name: z.string() });
export const NameAvailability = z.object({
  nameAvailable: z.boolean(),
  reason: z.enum(["AlreadyExists", "Invalid"]).optional(),
  message: z.string().optional(),
});
export type NameAvailability = z.infer<typeof NameAvailability>;

export const ReplicationUsage = z.object({
  monitoringSummary: z.object({
    unHealthyVmCount: z.number(),
    unHealthyProviderCount: z.number(),
    eventsCount: z.number(),
    deprecatedProviderCount: z.number(),
    supportedProviderCount: z.number(),
    unsupportedProviderCount: z.number(),
  }),
  jobsSummary: z.object({ failedJobs: z.number(), suspendedJobs: z.number(), inProgressJobs: z.number() }),
  protectedItemCount: z.number(),
  recoveryPlanCount: z.number(),
  registeredServersCount: z.number(),
  recoveryServicesProviderAuthType: z.number(),
});
export type ReplicationUsage = z.infer<typeof ReplicationUsage>;

export const VaultUsage = z.object({
  unit: z.enum(["Count", "Bytes"]),
  quotaPeriod: z.string(),
  nextResetTime: z.string().nullable(),
  currentValue: z.number(),
  /** -1: no limit. */
  limit: z.number(),
  name: z.object({ value: z.string(), localizedValue: z.string() }),
});
export type VaultUsage = z.infer<typeof VaultUsage>;
