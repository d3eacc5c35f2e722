import { z } from "zod";
import { resource } from "./portal";

/*
 * GET  V/providers/Secondsite.Recovery/space            SpaceView
 * POST V/providers/Secondsite.Recovery/space/reclaim    202 -> job ReclaimSpace
 * GET  …/replicationProtectedItems/{rpi}/providers/Secondsite.Recovery/retention          RetentionView
 * PUT/DELETE …/recoveryPoints/{rp}/providers/Secondsite.Recovery/locks/default {properties:{reason}}
 */
const SpaceSample = z.object({
  at: z.string(),
  /** Everything that the store holds for the vault. */
  storedBytes: z.number(),
  /** What all points present, holes left out. */
  logicalBytes: z.number(),
  /** Different blocks of all points, before compression. */
  deduplicatedBytes: z.number(),
  /** What the points need of the store: compressed and sealed. */
  compressedBytes: z.number(),
  /** What is stored and no point needs. */
  reclaimableBytes: z.number(),
});

export const SpaceView = resource(
  z.object({
    /** Counted now. */
    storedBytes: z.number(),
    /** The newest sample; null before the first. */
    latest: SpaceSample.nullable(),
    /** Oldest first: an hour apart for a week, then a day. */
    samples: z.array(SpaceSample),
    /** Of the newest sample. */
    machines: z.array(
      z.object({
        machineId: z.string(),
        machineName: z.string(),
        points: z.number(),
        newestBytes: z.number(),
        logicalBytes: z.number(),
        deduplicatedBytes: z.number(),
        /** Stored for this machine only. */
        exclusiveBytes: z.number(),
      }),
    ),
    lastReclaim: z
      .object({
        jobId: z.string(),
        state: z.string(),
        endedAt: z.string().nullable(),
        bytesBefore: z.number().nullable(),
        bytesAfter: z.number().nullable(),
        /** Goes with a later run, when the time that running replications are given is over. */
        announcedBytes: z.number().nullable(),
      })
      .nullable(),
  }),
);
export type SpaceView = z.infer<typeof SpaceView>;

export const RetentionView = resource(
  z.object({
    recoveryPointHistoryHours: z.number(),
    /** Why nothing goes at present; null when the plan is carried out. */
    heldBack: z.string().nullable(),
    /** Newest first. */
    points: z.array(
      z.object({
        recoveryPointId: z.string(),
        at: z.string(),
        keep: z.boolean(),
        reason: z.enum([
          "Newest",
          "LastGood",
          "AfterShutdown",
          "Locked",
          "InUse",
          "SharedCut",
          "Streamed",
          "FewMinutes",
          "Recent",
          "Hourly",
          "Daily",
          "Thinned",
          "Expired",
          "LatestOnly",
        ]),
        /** The earliest instant at which the policy lets it go; null while what keeps it has no known end. */
        goesAt: z.string().nullable(),
        lock: z.object({ reason: z.string(), lockedAt: z.string() }).nullable(),
      }),
    ),
  }),
);
export type RetentionView = z.infer<typeof RetentionView>;

export const LockBody = z.object({ properties: z.object({ reason: z.string() }) });
export const LockView = resource(z.object({ reason: z.string(), lockedAt: z.string() }));
