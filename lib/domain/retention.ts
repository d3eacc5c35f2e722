import type { Policy, RecoveryPoint } from "./entities";
import { isContinuous } from "./policy-rules";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Younger points are all kept (our choice), then one an hour for a day (asr reference 8), then one a day. */
const DENSE_MS = HOUR_MS;
/** Of continuous replication so much is kept whole. */
const STREAM_MS = 5 * 60_000;
/** And then one point of each such span of the last hour, where the policy names none. */
const STREAM_MINUTES = 5;

export type RetentionReason =
  | "Newest"
  | "LastGood"
  | "AfterShutdown"
  | "Locked"
  | "InUse"
  | "SharedCut"
  | "Streamed"
  | "FewMinutes"
  | "Recent"
  | "Hourly"
  | "Daily"
  | "Thinned"
  | "Expired"
  | "LatestOnly";

export interface RetentionVerdict {
  readonly point: RecoveryPoint;
  readonly keep: boolean;
  readonly reason: RetentionReason;
  /** When the policy lets it go at the earliest, ISO 8601; null while what keeps it has no end that is known. */
  readonly goesAt: string | null;
}

/** What keeps a point whatever its age. */
export interface Holds {
  /** A person locked it. */
  readonly locked: ReadonlySet<string>;
  /** A failover, a test or a machine that was made of it needs it. */
  readonly inUse: ReadonlySet<string>;
  /** Another machine's part of the same cut of a consistency group is locked or in use. */
  readonly sharedCut: ReadonlySet<string>;
  /** Known to be damaged: no such point counts as the last good one. */
  readonly damaged: ReadonlySet<string>;
}

type History = Pick<Policy, "recoveryPointHistoryHours" | "replicationIntervalSeconds"> &
  Partial<Pick<Policy, "crashConsistentFrequencyMinutes">>;

/**
 * Which points the policy wants and why, newest first: a plan, nothing is deleted here. Everything of the last hour (of
 * continuous replication, of the last five minutes, and of the rest of that hour the newest of each span that the policy
 * names); then the newest of each hour up to a day, then of each day, as long as the policy remembers; of each hour and day the newest
 * application-consistent point, and the newest that all machines of a consistency group share, as well: these are of one
 * instant, so that the machines of a group choose the same. A history of 0 hours keeps the newest only. Whatever the policy says: the newest
 * point, the newest that is not known to be damaged, a final one, and those that are held.
 */
export function planRetention(
  points: readonly RecoveryPoint[],
  policy: History,
  now: Date,
  holds: Holds,
): RetentionVerdict[] {
  const newestFirst = [...points].sort((a, b) => b.at.localeCompare(a.at) || b.id.localeCompare(a.id));
  const lastGood = newestFirst.find(({ id }) => !holds.damaged.has(id));
  const taken = { streams: new Set<string>(), hours: new Set<string>(), days: new Set<string>() };
  return newestFirst.map((point, index) => {
    const byAge = verdictByAge(point, policy, now, taken);
    const hold = holdOf(point, index === 0, point === lastGood, holds);
    if (hold === null) return { point, ...byAge };
    return { point, keep: true, reason: hold, goesAt: null };
  });
}

export function pointsToDrop(
  points: readonly RecoveryPoint[],
  policy: History,
  now: Date,
  holds: Holds,
): RecoveryPoint[] {
  return planRetention(points, policy, now, holds).flatMap(({ keep, point }) => (keep ? [] : [point]));
}

function holdOf(point: RecoveryPoint, newest: boolean, lastGood: boolean, holds: Holds): RetentionReason | null {
  if (holds.locked.has(point.id)) return "Locked";
  if (holds.inUse.has(point.id)) return "InUse";
  if (holds.sharedCut.has(point.id)) return "SharedCut";
  if (newest) return "Newest";
  if (point.final) return "AfterShutdown";
  return lastGood ? "LastGood" : null;
}

interface Taken {
  readonly streams: Set<string>;
  readonly hours: Set<string>;
  readonly days: Set<string>;
}

function verdictByAge(point: RecoveryPoint, policy: History, now: Date, taken: Taken): Omit<RetentionVerdict, "point"> {
  const atMs = Date.parse(point.at);
  const ageMs = now.getTime() - atMs;
  const historyMs = policy.recoveryPointHistoryHours * HOUR_MS;
  const spanMs = (policy.crashConsistentFrequencyMinutes ?? STREAM_MINUTES) * 60_000;
  const firstOfStream = !isContinuous(policy) || takes(taken.streams, point, Math.floor(atMs / spanMs));
  const firstOfHour = takes(taken.hours, point, Math.floor(atMs / HOUR_MS));
  const firstOfDay = takes(taken.days, point, Math.floor(atMs / DAY_MS));
  if (historyMs === 0) return { keep: false, reason: "LatestOnly", goesAt: null };
  if (ageMs > historyMs) return { keep: false, reason: "Expired", goesAt: null };
  const until = (ms: number) => new Date(atMs + Math.min(ms, historyMs)).toISOString();
  const afterADay = firstOfDay ? until(historyMs) : until(DAY_MS);
  const afterAnHour = firstOfHour ? afterADay : until(DENSE_MS);
  if (isContinuous(policy) && ageMs <= STREAM_MS) {
    return { keep: true, reason: "Streamed", goesAt: firstOfStream ? afterAnHour : until(STREAM_MS) };
  }
  if (ageMs <= DENSE_MS) {
    if (!firstOfStream) return { keep: false, reason: "Thinned", goesAt: null };
    return { keep: true, reason: isContinuous(policy) ? "FewMinutes" : "Recent", goesAt: afterAnHour };
  }
  if (ageMs <= DAY_MS) {
    return firstOfHour
      ? { keep: true, reason: "Hourly", goesAt: afterADay }
      : { keep: false, reason: "Thinned", goesAt: null };
  }
  return firstOfDay
    ? { keep: true, reason: "Daily", goesAt: until(historyMs) }
    : { keep: false, reason: "Thinned", goesAt: null };
}

/** True for the newest of its span, and for the newest of those in it that are more than others. */
function takes(spans: Set<string>, point: RecoveryPoint, span: number): boolean {
  const keys = [`${span}`];
  if (point.kind === "ApplicationConsistent") keys.push(`${span} ${point.kind}`);
  if (point.group !== null && point.group.problem === null) keys.push(`${span} of ${point.group.name}`);
  const first = keys.some((key) => !spans.has(key));
  for (const key of keys) spans.add(key);
  return first;
}
