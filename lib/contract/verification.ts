import { z } from "zod";
import { resource } from "./portal";

/**
 * What is known of a vault's soundness, in our own namespace; V = a vault's ARM id.
 *
 * GET   V/providers/Secondsite.Recovery/verification          VerificationView
 * PATCH V/providers/Secondsite.Recovery/verification          ScrubSettings -> VerificationView
 * POST  V/providers/Secondsite.Recovery/verification/check    CheckRequest  202 -> job
 * POST  V/providers/Secondsite.Recovery/verification/repair   RepairRequest 202 -> job
 * GET   …/replicationProtectedItems/{rpi}/providers/Secondsite.Recovery/verification  ItemVerificationView
 */
export const RepairRequest = z.object({
  /** Recovery points that cannot be repaired are deleted. */
  properties: z.object({ deleteLostPoints: z.boolean().optional() }).optional(),
});

export const ScrubSettings = z.object({
  /** Read and verified each day, in MiB; 0: none. */
  properties: z.object({ scrubMiBPerDay: z.number() }),
});

export const CheckRequest = z.object({
  properties: z.object({ readData: z.boolean().optional() }).optional(),
});

const Look = z.object({
  at: z.string(),
  depth: z.enum(["structure", "data", "scrub", "repair"]),
  jobId: z.string(),
  points: z.number(),
  packs: z.number(),
  storedBytes: z.number(),
  packsRead: z.number(),
  bytesRead: z.number(),
  blobsVerified: z.number(),
  damagedObjects: z.number(),
  damagedPoints: z.number(),
  orphanedPacks: z.number(),
  orphanedBytes: z.number(),
});

export const DamagedPointView = z.object({
  name: z.string(),
  /** Of the protected machine. */
  machineName: z.string(),
  protectedItem: z.string().nullable(),
  recoveryPointId: z.string().nullable(),
  at: z.string(),
  state: z.enum(["lost", "partlyLost"]),
  lostBytes: z.number(),
  disks: z.array(
    z.object({
      diskId: z.string(),
      virtualSizeBytes: z.number(),
      lostBytes: z.number(),
      /** Byte ranges of the virtual disk; the first hundred. */
      extents: z.array(z.object({ offsetBytes: z.number(), lengthBytes: z.number() })),
      objects: z.array(z.string()),
    }),
  ),
});
export type DamagedPointView = z.infer<typeof DamagedPointView>;

export const VerificationView = resource(
  z.object({
    scrubs: z.object({
      mibPerDay: z.number(),
      /** When the last check that read data began. */
      lastAt: z.string().nullable(),
      nextAt: z.string().nullable(),
    }),
    /** Id of the job that checks now. */
    running: z.string().nullable(),
    lastCheck: Look.nullable(),
    /** The last one that read every byte. */
    lastDataCheck: Look.nullable(),
    coverage: z
      .object({
        packs: z.number(),
        packsNeverRead: z.number(),
        /** Every pack was read and found sound since then. */
        allReadSince: z.string().nullable(),
      })
      .nullable(),
    damagedObjects: z.array(
      z.object({
        name: z.string(),
        kind: z.string(),
        problem: z.enum(["missing", "truncated", "altered", "foreign"]),
        meaning: z.string(),
        blobsLost: z.number(),
      }),
    ),
    damagedPoints: z.array(DamagedPointView),
    unlistedPacks: z.array(z.string()),
  }),
);
export type VerificationView = z.infer<typeof VerificationView>;

/** What checks of the vault have shown of one machine's recovery points. */
export const ItemVerificationView = resource(
  z.object({
    /** `NotChecked`: no check has looked at any of its points that are there now. */
    verdict: z.enum(["NotChecked", "Sound", "Damaged"]),
    running: z.string().nullable(),
    lastCheck: Look.pick({ at: true, depth: true, jobId: true }).nullable(),
    lastDataCheck: Look.pick({ at: true, depth: true, jobId: true }).nullable(),
    points: z.number(),
    /** Of these, made before the last check began. */
    pointsChecked: z.number(),
    damagedPoints: z.array(DamagedPointView.pick({ recoveryPointId: true, at: true, state: true, lostBytes: true })),
  }),
);
export type ItemVerificationView = z.infer<typeof ItemVerificationView>;
