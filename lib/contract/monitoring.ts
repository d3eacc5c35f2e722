import { z } from "zod";
import { HealthError } from "./health-error";

export const EventResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.RecoveryServices/vaults/replicationEvents"),
  properties: z.object({
    eventCode: z.string(),
    description: z.string(),
    eventType: z.enum(["JobStatus", "VmHealth", "ServerHealth"]),
    affectedObjectFriendlyName: z.string(),
    affectedObjectCorrelationId: z.string(),
    severity: z.enum(["Critical", "Warning", "OK"]),
    timeOfOccurrence: z.string(),
    fabricId: z.null(),
    providerSpecificDetails: z.null(),
    eventSpecificDetails: z
      .object({
        instanceType: z.literal("JobStatus"),
        jobId: z.string(),
        jobFriendlyName: z.string(),
        jobStatus: z.string(),
        affectedObjectType: z.string(),
      })
      .nullable(),
    healthErrors: z.array(HealthError),
  }),
});
export type EventResource = z.infer<typeof EventResource>;

const HealthSummary = z.object({
  summaryCode: z.string(),
  category: z.string(),
  severity: z.enum(["Error", "Warning"]),
  summaryMessage: z.string(),
  affectedResourceType: z.string(),
  affectedResourceSubtype: z.string(),
  affectedResourceCorrelationIds: z.array(z.string()),
});
const ResourceHealth = z.object({ resourceCount: z.number(), issues: z.array(HealthSummary) });

export const VaultHealthResource = z.object({
  id: z.string(),
  name: z.literal("Default"),
  type: z.literal("Microsoft.RecoveryServices/vaults/replicationVaultHealth"),
  properties: z.object({
    vaultErrors: z.array(HealthError),
    protectedItemsHealth: ResourceHealth,
    fabricsHealth: ResourceHealth,
    containersHealth: ResourceHealth,
  }),
});
export type VaultHealthResource = z.infer<typeof VaultHealthResource>;
