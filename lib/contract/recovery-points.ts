import { z } from "zod";
import { resource } from "./portal";

/**
 * Recovery points beyond ARM: their history and the consistency groups (own namespace, see portal.ts for the style).
 * V…/replicationProtectedItems/{rpi}/providers/Secondsite.Recovery/replicationHistory?hours=1    ReplicationHistory
 * V…/replicationProtectionContainers/{pc}/providers/Secondsite.Recovery/consistencyGroups[/{name}]
 *   GET  list or one ConsistencyGroup; PUT {properties:{protectedItemIds}} makes it or changes its members; DELETE 204
 */
const Explanation = z.object({
  code: z.string(),
  message: z.string(),
  possibleCauses: z.string(),
  recommendedAction: z.string(),
});

export const ReplicationHistory = resource(
  z.object({
    intervalSeconds: z.number(),
    /** Cycles of the last `hours` (1 to 24) that were asked for, oldest first. Older ones than a day are not kept. */
    cycles: z.array(
      z.object({
        /** Instant of the cut; of the registration of its point. */
        at: z.string(),
        registeredAt: z.string(),
        recoveryPointType: z.enum(["CrashConsistent", "ApplicationConsistent"]),
        durationMs: z.number(),
        sourceBytesRead: z.number(),
        changedBytes: z.number(),
        /** What travelled and is stored. */
        sentBytes: z.number(),
        /** Null when everything was read. */
        writeLogBytes: z.number().nullable(),
        /** RPO just before the point was registered, and just after. Null for the first point. */
        rpoBeforeSeconds: z.number().nullable(),
        rpoAfterSeconds: z.number(),
        /** Intervals since the cycle before that have no point of their own. */
        missedIntervals: z.number(),
      }),
    ),
    /** All hours kept (a month), oldest first. */
    hours: z.array(
      z.object({
        hour: z.string(),
        cycles: z.number(),
        applicationConsistent: z.number(),
        missedIntervals: z.number(),
        durationMsMax: z.number(),
        sourceBytesRead: z.number(),
        changedBytes: z.number(),
        sentBytes: z.number(),
        writeLogBytesMax: z.number(),
        rpoSecondsMax: z.number(),
      }),
    ),
  }),
);
export type ReplicationHistory = z.infer<typeof ReplicationHistory>;

export const ConsistencyGroup = resource(
  z.object({
    members: z.array(z.object({ protectedItemId: z.string(), name: z.string(), friendlyName: z.string() })),
    /** Of the newest cut of which every machine has its point; null when there is none. */
    newestSharedPoint: z.object({ stamp: z.string(), at: z.string() }).nullable(),
    /** Why the newest cut is not shared; null when it is. */
    problem: Explanation.nullable(),
  }),
);
export type ConsistencyGroup = z.infer<typeof ConsistencyGroup>;
export const ConsistencyGroupBody = z.object({
  properties: z.object({ protectedItemIds: z.array(z.string()).max(64) }),
});
