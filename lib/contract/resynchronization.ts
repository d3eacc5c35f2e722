import { z } from "zod";
import { resource } from "./portal";

/**
 * GET, PUT  …/replicationProtectedItems/{rpi}/providers/Secondsite.Recovery/resynchronization/default
 * POST      …/replicationProtectedItems/{rpi}/repairReplication     (Azure's own address; a job)
 * Resynchronization as Hyper-V Replica has it: flagged, then automatic, during hours, or by hand.
 */
const Settings = z.object({
  mode: z.enum(["Automatic", "DuringHours", "Manual"]),
  /** HH:MM; an end before the start lies on the next day. */
  hoursStart: z.string(),
  hoursEnd: z.string(),
  /** IANA name. */
  timeZone: z.string(),
});
/** What is left out stays as it is. */
export const ResynchronizationBody = z.object({ properties: Settings.partial() });

export const ResynchronizationResource = resource(
  Settings.extend({
    state: z.enum(["NotRequired", "Required", "InProgress"]),
    flag: z
      .object({
        reason: z.string(),
        flaggedBy: z.enum(["Agent", "Check", "User"]),
        flaggedAt: z.string(),
        compareWith: z.enum(["LastPoint", "Nothing"]),
        /** Null while it waits for its hours or for somebody. */
        allowedAt: z.string().nullable(),
      })
      .nullable(),
    /** Measured by the host while it runs. */
    progress: z.object({ bytesCompared: z.number(), bytesTotal: z.number(), bytesSent: z.number() }).nullable(),
    last: z
      .object({
        reason: z.string(),
        flaggedAt: z.string(),
        endedAt: z.string(),
        recoveryPointAt: z.string(),
        bytesCompared: z.number(),
        bytesDifferent: z.number(),
        bytesSent: z.number(),
        bytesKept: z.number(),
      })
      .nullable(),
  }),
);
export type ResynchronizationResource = z.infer<typeof ResynchronizationResource>;
