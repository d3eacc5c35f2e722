import { z } from "zod";
import { resource } from "./portal";

/**
 * GET, PUT  V/replicationFabrics/{f}/providers/Secondsite.Recovery/bandwidth/default
 * What replication of a site may take of its line: settings of the MARS agent, for work hours and the rest of the week.
 */
const Weekday = z.enum(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]);
const Settings = z.object({
  uploadThreads: z.number(),
  /** IANA name. */
  timeZone: z.string(),
  workDays: z.array(Weekday),
  /** HH:MM */
  workHoursStart: z.string(),
  workHoursEnd: z.string(),
  /** Megabits (1,000,000 bits) a second; null: no limit. */
  workHoursMbps: z.number().nullable(),
  nonWorkHoursMbps: z.number().nullable(),
  /** Megabytes (1,000,000 bytes) a second that a resynchronization may read; null: no limit. */
  resynchronizationReadMBps: z.number().nullable(),
});
/** What is left out stays as it is. */
export const BandwidthBody = z.object({ properties: Settings.partial() });

export const BandwidthResource = resource(
  Settings.extend({
    /** Measured, or computed for this moment. */
    now: z.object({
      period: z.enum(["WorkHours", "NonWorkHours"]),
      limitBytesPerSecond: z.number().nullable(),
      bytesPerSecond: z.number(),
      backlogBytes: z.number(),
      secondsLeft: z.number().nullable(),
      hosts: z.array(
        z.object({
          name: z.string(),
          connected: z.boolean(),
          bytesPerSecond: z.number(),
          limitBytesPerSecond: z.number().nullable(),
          /** Measured at its sockets since its agent started; null while it is not connected. */
          sentBytes: z.number().nullable(),
        }),
      ),
    }),
  }),
);
export type BandwidthResource = z.infer<typeof BandwidthResource>;
