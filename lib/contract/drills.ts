import { z } from "zod";
import { resource } from "./portal";

/**
 * Ours, below V/providers/Secondsite.Recovery:
 * GET               drills                        list DrillResource
 * GET, PUT, DELETE  drills/{name}                 DrillBody -> DrillResource
 * PATCH             drills/{name}                 {properties:{enabled}}: pause it, or let it go on
 * POST              drills/{name}/run             202 -> job Drill
 * POST              drills/{name}/skipNext        DrillRunResource (the start that is left out)
 * GET               drills/{name}/runs            list DrillRunResource, newest first
 */
const Explanation = z.object({
  code: z.string(),
  message: z.string(),
  possibleCauses: z.string(),
  recommendedAction: z.string(),
});
const DrillDay = z.enum(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]);

const DrillSettingsWire = z.object({
  /** ARM id of the recovery plan that is tested, or its name. */
  recoveryPlanId: z.string(),
  trigger: z.discriminatedUnion("kind", [
    /** Five fields: minute, hour, day of the month, month, day of the week; in `timeZone`. */
    z.object({ kind: z.literal("Schedule"), cron: z.string().max(200) }),
    z.object({ kind: z.literal("AfterDrill"), drillName: z.string(), when: z.enum(["Succeeded", "Ended"]) }),
  ]),
  /** IANA name. */
  timeZone: z.string().default("UTC"),
  /** When it may start; empty: at any time. `from`, `until`: HH:MM; an end before the start lies on the next day. */
  windows: z
    .array(z.object({ days: z.array(DrillDay), from: z.string(), until: z.string() }))
    .max(20)
    .default([]),
  whenMissed: z.enum(["Skip", "RunLate"]).default("Skip"),
  graceMinutes: z.number().default(0),
  /** ARM id of an isolated network, or its name; null: not connected. */
  networkId: z.string().nullable().default(null),
  recoveryPointType: z.enum(["Latest", "LatestProcessed", "LatestApplicationConsistent"]).default("Latest"),
  useMultiVmSyncPoint: z.boolean().default(false),
  cleanUp: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.literal("AfterMinutes"), minutes: z.number() }),
      z.object({ kind: z.literal("ByPerson") }),
    ])
    .default({ kind: "AfterMinutes", minutes: 30 }),
  enabled: z.boolean().default(true),
  keepRuns: z.number().default(100),
});
export const DrillBody = z.object({ properties: DrillSettingsWire });
export type DrillBody = z.input<typeof DrillBody>;
export const DrillPatch = z.object({ properties: z.object({ enabled: z.boolean() }) });

const DrillRunWire = z.object({
  drillName: z.string(),
  startedBy: z.enum(["Schedule", "Chain", "Person"]),
  dueAt: z.string(),
  state: z.enum(["Scheduled", "Skipped", "Running", "WaitingForCleanup", "Succeeded", "Failed"]),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  holdUntil: z.string().nullable(),
  /** What a person has to do before it goes on; null: nothing. */
  waitsFor: z.string().nullable(),
  /** Why it was skipped or failed. */
  reason: Explanation.nullable(),
  /** Names of the jobs: of the drill, of its test failover, of the cleanup; null: there is none (yet). */
  job: z.string().nullable(),
  testJob: z.string().nullable(),
  cleanupJob: z.string().nullable(),
});
export const DrillRunResource = resource(DrillRunWire);
export type DrillRunResource = z.infer<typeof DrillRunResource>;

export const DrillResource = resource(
  DrillSettingsWire.extend({
    /** Null: the plan was deleted. */
    recoveryPlanName: z.string().nullable(),
    networkName: z.string().nullable(),
    /** The trigger in plain words. */
    scheduleText: z.string(),
    /** The next five instants, UTC; empty: paused, or it follows another drill. */
    nextStarts: z.array(z.object({ at: z.string(), skipped: z.boolean(), inWindow: z.boolean() })),
    lastRun: DrillRunWire.nullable(),
    openRun: DrillRunWire.nullable(),
    createdAt: z.string(),
  }),
);
export type DrillResource = z.infer<typeof DrillResource>;
