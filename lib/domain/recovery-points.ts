import type { Policy, RecoveryPoint } from "./entities";

const HOUR_MS = 3_600_000;

/**
 * Which points the policy no longer wants: a plan, nothing is deleted here. Points of the last hour are all kept; older
 * ones thin out to the newest of each hour, as long as the policy remembers (asr reference 8: a point per hour of
 * retention; that the newest hour is kept whole is our choice). Retention 0 keeps the newest only.
 *
 * Never dropped: the newest point, a final point, and whatever `keepIds` names.
 */
export function pointsToDrop(
  points: readonly RecoveryPoint[],
  policy: Pick<Policy, "recoveryPointHistoryHours">,
  now: Date,
  keepIds: ReadonlySet<string>,
): RecoveryPoint[] {
  const newestFirst = [...points].sort((a, b) => b.at.localeCompare(a.at) || b.id.localeCompare(a.id));
  const historyMs = policy.recoveryPointHistoryHours * HOUR_MS;
  const hoursSeen = new Set<number>();
  return newestFirst.filter((point, index) => {
    const ageMs = now.getTime() - Date.parse(point.at);
    const hour = Math.floor(Date.parse(point.at) / HOUR_MS);
    const firstOfHour = !hoursSeen.has(hour);
    if (index === 0 || point.final || keepIds.has(point.id)) {
      hoursSeen.add(hour);
      return false;
    }
    if (historyMs === 0 || ageMs > historyMs) return true;
    if (ageMs > HOUR_MS && !firstOfHour) return true;
    hoursSeen.add(hour);
    return false;
  });
}

/** Seconds of writes that would be lost now: the age of the newest cut. Null before the first. */
export function rpoSeconds(newest: Pick<RecoveryPoint, "at"> | null, now: Date): number | null {
  if (newest === null) return null;
  return Math.max(0, (now.getTime() - Date.parse(newest.at)) / 1000);
}
