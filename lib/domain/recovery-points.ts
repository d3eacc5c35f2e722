import type { RecoveryPoint } from "./entities";

/** Seconds of writes that would be lost now: the age of the newest cut. Null before the first. */
export function rpoSeconds(newest: Pick<RecoveryPoint, "at"> | null, now: Date): number | null {
  if (newest === null) return null;
  return Math.max(0, (now.getTime() - Date.parse(newest.at)) / 1000);
}
