/** What one cycle of replication did, as measured by the agent; recorded with the point that it made. */
export interface ReplicationCycle {
  readonly protectedItemId: string;
  /** The point's object: a cycle is recorded once, however often a host says it. */
  readonly objectName: string;
  readonly kind: "CrashConsistent" | "ApplicationConsistent";
  /** Instant of the cut, and of the point's registration. */
  readonly at: string;
  readonly registeredAt: string;
  /** From the turn's beginning to the point's commit. */
  readonly durationMs: number;
  readonly sourceBytesRead: number;
  readonly changedBytes: number;
  /** What travelled and is stored: after deduplication, compression and sealing. */
  readonly sentBytes: number;
  /** Size of the write logs that the cut closed; null when everything was read. */
  readonly writeLogBytes: number | null;
  /** Age of the newest point just before this one was registered (the worst of the interval) and just after. */
  readonly rpoBeforeSeconds: number | null;
  readonly rpoAfterSeconds: number;
  /** Intervals of the policy that passed since the cycle before without a point of their own. */
  readonly missedIntervals: number;
}

/** All cycles whose point was registered within one hour (UTC). */
export interface ReplicationHour {
  readonly protectedItemId: string;
  /** Its beginning, ISO 8601. */
  readonly hour: string;
  readonly cycles: number;
  readonly applicationConsistent: number;
  readonly missedIntervals: number;
  readonly durationMsMax: number;
  readonly sourceBytesRead: number;
  readonly changedBytes: number;
  readonly sentBytes: number;
  readonly writeLogBytesMax: number;
  readonly rpoSecondsMax: number;
}

export const CYCLES_KEPT_HOURS = 24;
export const HOURS_KEPT_DAYS = 30;
const HOUR_MS = 3_600_000;

export function hourOf(at: string): string {
  return new Date(Math.floor(Date.parse(at) / HOUR_MS) * HOUR_MS).toISOString();
}

export function addToHour(hour: ReplicationHour | null, cycle: ReplicationCycle): ReplicationHour {
  const rpo = Math.max(cycle.rpoBeforeSeconds ?? 0, cycle.rpoAfterSeconds);
  return {
    protectedItemId: cycle.protectedItemId,
    hour: hourOf(cycle.registeredAt),
    cycles: (hour?.cycles ?? 0) + 1,
    applicationConsistent: (hour?.applicationConsistent ?? 0) + (cycle.kind === "ApplicationConsistent" ? 1 : 0),
    missedIntervals: (hour?.missedIntervals ?? 0) + cycle.missedIntervals,
    durationMsMax: Math.max(hour?.durationMsMax ?? 0, cycle.durationMs),
    sourceBytesRead: (hour?.sourceBytesRead ?? 0) + cycle.sourceBytesRead,
    changedBytes: (hour?.changedBytes ?? 0) + cycle.changedBytes,
    sentBytes: (hour?.sentBytes ?? 0) + cycle.sentBytes,
    writeLogBytesMax: Math.max(hour?.writeLogBytesMax ?? 0, cycle.writeLogBytes ?? 0),
    rpoSecondsMax: Math.max(hour?.rpoSecondsMax ?? 0, rpo),
  };
}

/** What is older than the returned instants is dropped: the last day cycle by cycle, a month in hours. */
export function keptSince(now: Date): { readonly cycles: string; readonly hours: string } {
  const before = (hours: number) => new Date(now.getTime() - hours * HOUR_MS).toISOString();
  return { cycles: before(CYCLES_KEPT_HOURS), hours: before(HOURS_KEPT_DAYS * 24) };
}
