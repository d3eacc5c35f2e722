import { z } from "zod";
import { HealthError } from "./protected-item";

/** What the portal reads of a machine that a host has reported, and of the protection group that would take it in. */
export const ProtectableItem = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    friendlyName: z.string(),
    protectionStatus: z.string().nullish(),
    replicationProtectedItemId: z.string().nullish(),
    recoveryServicesProviderId: z.string().nullish(),
    protectionReadinessErrors: z.array(z.string()).nullish(),
    /** The same rules with code, cause and cure: an addition of this service. */
    healthErrors: z.array(HealthError).nullish(),
    customDetails: z
      .object({
        sourceItemId: z.string().nullish(),
        generation: z.union([z.string(), z.number()]).nullish(),
        osDetails: z.object({ osType: z.string().nullish() }).nullish(),
        diskDetails: z
          .array(
            z.object({
              maxSizeMB: z.number().nullish(),
              vhdType: z.string().nullish(),
              vhdId: z.string().nullish(),
              vhdName: z.string().nullish(),
            }),
          )
          .nullish(),
      })
      .nullish(),
  }),
});
export type ProtectableItem = z.infer<typeof ProtectableItem>;

export const ProtectionGroup = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    policyId: z.string().nullish(),
    policyFriendlyName: z.string().nullish(),
    sourceFabricFriendlyName: z.string().nullish(),
    health: z.string().nullish(),
    state: z.string().nullish(),
  }),
});
export type ProtectionGroup = z.infer<typeof ProtectionGroup>;
