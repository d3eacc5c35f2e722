import type { Explanation } from "@/lib/kernel/fault";
import type { Weekday } from "./bandwidth";

/**
 * A test failover of a recovery plan that begins by itself, holds, and is cleaned up: by a clock, or after another drill.
 * Ours: Azure has no such thing. Times are ISO 8601 UTC.
 */
export interface Drill {
  readonly id: string;
  readonly vaultId: string;
  readonly name: string;
  /** Of the recovery plan that it tests; it may have been deleted since. */
  readonly planId: string;
  readonly trigger: DrillTrigger;
  /** IANA name: of the cron expression and of the windows. */
  readonly timeZone: string;
  /** When it may start; empty: at any time. */
  readonly windows: readonly DrillWindow[];
  /** What becomes of a start that could not be made when it was due. */
  readonly whenMissed: "Skip" | "RunLate";
  /** So long after it was due it may still start; counts only with RunLate. */
  readonly graceMinutes: number;
  /** An isolated network; null: the test machines are not connected. */
  readonly networkName: string | null;
  readonly point: DrillPoint;
  /** Machines of a consistency group start from a point that all of them share. */
  readonly useSharedPoints: boolean;
  readonly cleanUp: DrillCleanUp;
  /** A drill that is paused starts neither by the clock nor after another; a person may still run it. */
  readonly enabled: boolean;
  /** Ended runs that are kept. */
  readonly keepRuns: number;
  /** Nothing that came due before then is looked at: when it was made, scheduled anew, or enabled again. */
  readonly activeSince: string;
  readonly createdAt: string;
  readonly revision: number;
}

export type DrillTrigger =
  | { readonly kind: "Schedule"; readonly cron: string }
  | { readonly kind: "AfterDrill"; readonly drillId: string; readonly when: "Succeeded" | "Ended" };

export interface DrillWindow {
  readonly days: readonly Weekday[];
  /** `HH:MM`; an end before the start lies on the next day. */
  readonly from: string;
  readonly until: string;
}

export type DrillPoint = "Latest" | "LatestProcessed" | "LatestApplicationConsistent";

export type DrillCleanUp = { readonly kind: "AfterMinutes"; readonly minutes: number } | { readonly kind: "ByPerson" };

export const DRILL_RUN_STATES = [
  "Scheduled",
  "Skipped",
  "Running",
  "WaitingForCleanup",
  "Succeeded",
  "Failed",
] as const;
export type DrillRunState = (typeof DRILL_RUN_STATES)[number];
export const OPEN_DRILL_RUN_STATES = ["Scheduled", "Running", "WaitingForCleanup"] as const;

export interface DrillRun {
  readonly id: string;
  readonly vaultId: string;
  readonly drillId: string;
  /** What it is the run of, unique in its drill: an instant of the schedule, a run of another drill, a person's wish. */
  readonly occurrence: string;
  readonly startedBy: "Schedule" | "Chain" | "Person";
  readonly dueAt: string;
  readonly state: DrillRunState;
  /** Of the job Drill, chosen before there is one. */
  readonly jobId: string;
  readonly testJobId: string | null;
  readonly cleanupJobId: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** When the test failover is completed without anybody; null: not held, or a person completes it. */
  readonly holdUntil: string | null;
  /** A manual action of the plan, or the completion, waits for a person; null: nothing does. */
  readonly waitsFor: string | null;
  /** Why it was skipped, or failed. */
  readonly reason: Explanation | null;
}

export const scheduledOccurrence = (dueAt: string): string => `schedule/${dueAt}`;
export const chainedOccurrence = (upstreamRunId: string): string => `after/${upstreamRunId}`;
export const wishedOccurrence = (runId: string): string => `wish/${runId}`;

export function hasDrillRunEnded(state: DrillRunState): boolean {
  return !(OPEN_DRILL_RUN_STATES as readonly string[]).includes(state);
}
