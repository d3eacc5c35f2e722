import { z } from "zod";

/** What this service adds to a recovery point: measured figures, and how many orders the guest had on disk at the cut. */
const PointFigures = z.object({
  orders: z.object({ count: z.number(), lastAt: z.string().nullish() }).nullish(),
  changedBytes: z.number().nullish(),
  storedBytes: z.number().nullish(),
  final: z.boolean().nullish(),
  disks: z.array(z.object({ diskId: z.string(), root: z.string() })).nullish(),
});

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

/** The figures of a point, null where it has none, and its kind in words. */
export function pointFigures(point: RecoveryPointView) {
  const parsed = PointFigures.safeParse(point.properties.providerSpecificDetails ?? {});
  const figures = parsed.success ? parsed.data : {};
  return {
    kind:
      point.properties.recoveryPointType === "ApplicationConsistent" ? "Application-consistent" : "Crash-consistent",
    orders: figures.orders?.count ?? null,
    changedBytes: figures.changedBytes ?? null,
    storedBytes: figures.storedBytes ?? null,
    isFinal: figures.final ?? false,
    disks: figures.disks ?? [],
  };
}
