/** An instant (ISO 8601, UTC) for people, in sentences: `2026-01-05 08:00:07 UTC`. */
export function clockTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
