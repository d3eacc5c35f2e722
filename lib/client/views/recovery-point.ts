import { z } from "zod";

/** A recovery point, with the measured figures that this service adds to the service's own fields. */
export const RecoveryPointView = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    recoveryPointTime: z.string(),
    recoveryPointType: z.string(),
    providerSpecificDetails: z.looseObject({ instanceType: z.string().nullish() }).nullish(),
  }),
});
export type RecoveryPointView = z.infer<typeof RecoveryPointView>;
