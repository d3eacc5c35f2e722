import type { TimeRow } from "@/components/ui/time-chart";
import type { ReplicationHistory } from "@/lib/contract/recovery-points";

export type HistoryRange = "hour" | "day" | "month";
type Figures = ReplicationHistory["properties"];

const DAY_MS = 86_400_000;
const SPAN_MS: Record<HistoryRange, number> = { hour: DAY_MS / 24, day: DAY_MS, month: 30 * DAY_MS };

export interface HistoryView {
  /** RPO in seconds. Within the last hour it rises from one point's registration to the next, as it really did. */
  readonly rpo: readonly TimeRow[];
  readonly traffic: readonly TimeRow[];
  readonly log: readonly TimeRow[];
  readonly totals: {
    readonly cycles: number;
    readonly changedBytes: number;
    readonly sentBytes: number;
    readonly missedIntervals: number;
    readonly applicationConsistent: number;
    readonly worstRpoSeconds: number | null;
  };
}

/** What is drawn of a range: single cycles of the last hour, hours of anything longer. */
export function historyView(figures: Figures, range: HistoryRange, now: number): HistoryView {
  return range === "hour" ? ofCycles(figures.cycles, now) : ofHours(figures.hours, now - SPAN_MS[range]);
}

function ofCycles(cycles: Figures["cycles"], now: number): HistoryView {
  const recent = cycles.filter((cycle) => Date.parse(cycle.registeredAt) >= now - SPAN_MS.hour);
  const at = (cycle: Figures["cycles"][number]) => Date.parse(cycle.registeredAt);
  const newest = recent.at(-1);
  const rpo = recent.flatMap((cycle) => [
    ...(cycle.rpoBeforeSeconds === null ? [] : [{ at: at(cycle), rpo: cycle.rpoBeforeSeconds }]),
    { at: at(cycle), rpo: cycle.rpoAfterSeconds },
  ]);
  if (newest && at(newest) < now) rpo.push({ at: now, rpo: Math.max(0, (now - Date.parse(newest.at)) / 1000) });
  return {
    rpo,
    // The initial replication is in the totals; drawn beside them it would make every delta invisible.
    traffic: recent
      .filter((one) => one.rpoBeforeSeconds !== null)
      .map((one) => ({ at: at(one), changed: one.changedBytes, sent: one.sentBytes })),
    log: recent.map((one) => ({ at: at(one), log: one.writeLogBytes })),
    totals: {
      cycles: recent.length,
      changedBytes: sum(recent, (one) => one.changedBytes),
      sentBytes: sum(recent, (one) => one.sentBytes),
      missedIntervals: sum(recent, (one) => one.missedIntervals),
      applicationConsistent: recent.filter((one) => one.recoveryPointType === "ApplicationConsistent").length,
      worstRpoSeconds: largest(rpo.map((row) => row.rpo)),
    },
  };
}

function ofHours(all: Figures["hours"], since: number): HistoryView {
  const hours = all.filter((hour) => Date.parse(hour.hour) >= since);
  const at = (hour: Figures["hours"][number]) => Date.parse(hour.hour);
  return {
    rpo: hours.map((hour) => ({ at: at(hour), rpo: hour.rpoSecondsMax })),
    traffic: hours.map((hour) => ({ at: at(hour), changed: hour.changedBytes, sent: hour.sentBytes })),
    log: hours.map((hour) => ({ at: at(hour), log: hour.writeLogBytesMax })),
    totals: {
      cycles: sum(hours, (hour) => hour.cycles),
      changedBytes: sum(hours, (hour) => hour.changedBytes),
      sentBytes: sum(hours, (hour) => hour.sentBytes),
      missedIntervals: sum(hours, (hour) => hour.missedIntervals),
      applicationConsistent: sum(hours, (hour) => hour.applicationConsistent),
      worstRpoSeconds: largest(hours.map((hour) => hour.rpoSecondsMax)),
    },
  };
}

const sum = <T>(rows: readonly T[], of: (row: T) => number) => rows.reduce((total, row) => total + of(row), 0);
const largest = (values: readonly number[]) => (values.length === 0 ? null : Math.max(...values));
