import type { FailoverRecord } from "./failover-record";

/** What one run measured, beside what was aimed at. */
export interface TrendPoint {
  readonly runId: string;
  readonly at: string;
  readonly subjectType: FailoverRecord["subject"]["type"];
  readonly subjectName: string;
  readonly kind: FailoverRecord["kind"];
  readonly outcome: FailoverRecord["outcome"];
  readonly drillId: string | null;
  readonly rpoSeconds: number | null;
  readonly rtoSeconds: number | null;
  readonly rpoTargetSeconds: number | null;
  readonly rtoTargetSeconds: number | null;
}

export interface TrendFigures {
  /** Of the newest run in which it was measured. */
  readonly newestSeconds: number | null;
  readonly medianSeconds: number | null;
  readonly worstSeconds: number | null;
  readonly measuredCount: number;
  /** Of those that had a target. */
  readonly withinTargetCount: number;
  readonly withTargetCount: number;
}

export interface Trends {
  /** Oldest first. */
  readonly points: readonly TrendPoint[];
  readonly rpo: TrendFigures;
  readonly rto: TrendFigures;
}

/** Runs that have ended, over time. A run that measured nothing stays: it is a run. */
export function trendsOf(records: readonly FailoverRecord[]): Trends {
  const points = records
    .filter((record) => record.outcome !== "InProgress")
    .map(pointOf)
    .sort((a, b) => a.at.localeCompare(b.at));
  return {
    points,
    rpo: figures(points.map((point) => [point.rpoSeconds, point.rpoTargetSeconds])),
    rto: figures(points.map((point) => [point.rtoSeconds, point.rtoTargetSeconds])),
  };
}

function pointOf(record: FailoverRecord): TrendPoint {
  const { id, times, subject, kind, outcome, drillId, measured, targets } = record;
  return {
    ...{ runId: id, at: times.declaredAt, subjectType: subject.type, subjectName: subject.name },
    ...{ kind, outcome, drillId, rpoSeconds: measured.rpoSeconds, rtoSeconds: measured.rtoSeconds },
    ...{ rpoTargetSeconds: targets.rpoSeconds, rtoTargetSeconds: targets.rtoSeconds },
  };
}

function figures(pairs: readonly (readonly [measured: number | null, target: number | null])[]): TrendFigures {
  const measured = pairs.flatMap(([seconds]) => seconds ?? []);
  const sorted = [...measured].sort((a, b) => a - b);
  const withTarget = pairs.filter(([seconds, target]) => seconds !== null && target !== null);
  return {
    newestSeconds: measured.at(-1) ?? null,
    medianSeconds: median(sorted),
    worstSeconds: sorted.at(-1) ?? null,
    measuredCount: measured.length,
    withinTargetCount: withTarget.filter(([seconds, target]) => (seconds ?? 0) <= (target ?? 0)).length,
    withTargetCount: withTarget.length,
  };
}

function median(sorted: readonly number[]): number | null {
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}
