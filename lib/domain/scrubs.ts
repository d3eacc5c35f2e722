/** How much of a vault is read and verified each day when nobody said otherwise: all of 120 GiB within a month. */
export const DEFAULT_SCRUB_MIB_PER_DAY = 4_096;
export const SCRUB_MIB_PER_DAY_MAX = 64 * 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Once a day; `lastAt`: when the last check that read data began, or the vault was made. */
export function isScrubDue(mibPerDay: number, lastAt: string, now: Date): boolean {
  return mibPerDay > 0 && now.getTime() - Date.parse(lastAt) >= DAY_MS;
}

/** When the next begins by itself; null when none does. */
export function nextScrubAt(mibPerDay: number, lastAt: string, now: Date): string | null {
  if (mibPerDay === 0) return null;
  return new Date(Math.max(Date.parse(lastAt) + DAY_MS, now.getTime())).toISOString();
}
