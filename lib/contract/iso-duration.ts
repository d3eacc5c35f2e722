/** Durations as ARM writes them: ISO 8601, days to seconds (PT10M, P1DT2H, PT90S). Whole seconds. */
const DURATION = /^P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/;

/** Null when the text is no such duration. */
export function secondsOfDuration(text: string): number | null {
  const found = DURATION.exec(text);
  if (found === null || text === "P" || text.endsWith("T")) return null;
  const [days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
  return (days ?? 0) * 86_400 + (hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}

export function durationOfSeconds(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3_600), "H"],
    [Math.floor((seconds % 3_600) / 60), "M"],
    [seconds % 60, "S"],
  ] as const;
  const text = parts.map(([count, unit]) => (count === 0 ? "" : `${String(count)}${unit}`)).join("");
  return `PT${text === "" ? "0S" : text}`;
}
