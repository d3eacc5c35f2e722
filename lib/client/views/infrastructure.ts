import { z } from "zod";

/** What the portal reads of a vault's sites, hosts and policies (api-version 2023-06-01). */
const HealthError = z.object({
  summaryMessage: z.string().nullish(),
  errorMessage: z.string().nullish(),
  possibleCauses: z.string().nullish(),
  recommendedAction: z.string().nullish(),
});

export const FabricView = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    friendlyName: z.string().nullish(),
    internalIdentifier: z.string().nullish(),
    health: z.string().nullish(),
    healthErrorDetails: z.array(HealthError).nullish(),
    customDetails: z
      .object({
        instanceType: z.string(),
        hyperVHosts: z
          .array(z.object({ id: z.string(), name: z.string(), marsAgentVersion: z.string().nullish() }))
          .nullish(),
      })
      .nullish(),
  }),
});
export type FabricView = z.infer<typeof FabricView>;

export const ProviderView = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    friendlyName: z.string().nullish(),
    fabricFriendlyName: z.string().nullish(),
    providerVersion: z.string().nullish(),
    providerVersionState: z.string().nullish(),
    lastHeartBeat: z.string().nullish(),
    connectionStatus: z.string().nullish(),
    protectedItemCount: z.number().nullish(),
    healthErrorDetails: z.array(HealthError).nullish(),
  }),
});
export type ProviderView = z.infer<typeof ProviderView>;

export const ContainerView = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    friendlyName: z.string().nullish(),
    fabricFriendlyName: z.string().nullish(),
    pairingStatus: z.string().nullish(),
    protectedItemCount: z.number().nullish(),
  }),
});
export type ContainerView = z.infer<typeof ContainerView>;
