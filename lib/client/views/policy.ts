import { z } from "zod";

/** What the portal reads of a replication policy (`HyperVReplicaAzure`). */
export const PolicyView = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    friendlyName: z.string().nullish(),
    providerSpecificDetails: z
      .object({
        instanceType: z.string(),
        replicationInterval: z.number().nullish(),
        recoveryPointHistoryDurationInHours: z.number().nullish(),
        applicationConsistentSnapshotFrequencyInHours: z.number().nullish(),
        activeStorageAccountId: z.string().nullish(),
      })
      .nullish(),
  }),
});
export type PolicyView = z.infer<typeof PolicyView>;
