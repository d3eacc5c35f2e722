/** What retention must know of a point. */
export interface RetainablePoint {
  /** Object name. */
  readonly name: string;
  readonly at: Date;
  /** False for a point that was found damaged: it never counts as the last good one. */
  readonly sound: boolean;
  /** In use, or chosen by somebody: never dropped. */
  readonly pinned: boolean;
  readonly applicationConsistent: boolean;
}

export interface RetentionPolicy {
  /** Points older than this are dropped; 0 keeps the newest only. */
  readonly historyHours: number;
  /**
   * All points younger than this are kept; of older ones the newest of each hour, and the newest application-consistent one
   * of each hour. Infinity keeps all points of the history.
   */
  readonly everyPointMinutes: number;
}

export interface RetentionPlan<P extends RetainablePoint> {
  readonly keep: readonly P[];
  readonly drop: readonly P[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Which points of one machine to drop. Pure; the newest sound point and pinned ones are never dropped. Both newest first. */
export function planRetention<P extends RetainablePoint>(
  points: readonly P[],
  policy: RetentionPolicy,
  now: Date,
): RetentionPlan<P> {
  const newestFirst = [...points].sort((a, b) => b.at.getTime() - a.at.getTime() || (a.name < b.name ? 1 : -1));
  const kept = new Set<P>(newestFirst.filter((point) => point.pinned));
  const lastGood = newestFirst.find((point) => point.sound);
  if (lastGood !== undefined) kept.add(lastGood);
  const hours = new Set<string>();
  for (const point of newestFirst) {
    const ageMs = now.getTime() - point.at.getTime();
    if (policy.historyHours === 0 || ageMs > policy.historyHours * HOUR_MS) continue;
    // A damaged point must not stand for its hour.
    if (!point.sound) continue;
    if (ageMs <= policy.everyPointMinutes * MINUTE_MS) kept.add(point);
    else if (standsForItsHour(point, hours)) kept.add(point);
  }
  return {
    keep: newestFirst.filter((point) => kept.has(point)),
    drop: newestFirst.filter((point) => !kept.has(point)),
  };
}

/** Hours of the clock, so that which point stands for an hour does not change as time goes on. */
function standsForItsHour(point: RetainablePoint, taken: Set<string>): boolean {
  const hour = Math.floor(point.at.getTime() / HOUR_MS);
  const names = [`${hour}`, ...(point.applicationConsistent ? [`${hour} application`] : [])];
  const isFirst = names.some((name) => !taken.has(name));
  for (const name of names) taken.add(name);
  return isFirst;
}
