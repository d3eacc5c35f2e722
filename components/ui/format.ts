/** Figures as people read them. Binary units, as disks and memory are sold by operating systems. */
const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return "unknown";
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const figure = Number(value.toFixed(digits)).toLocaleString("en-GB");
  const word = unit === 0 && value === 1 ? "byte" : UNITS[unit];
  return `${bytes < 0 ? "−" : ""}${figure} ${word}`;
}

/** Of a disk: an image that cannot be read has no size, and is not empty. */
export const formatDiskSize = (bytes: number) => (bytes > 0 ? formatBytes(bytes) : "size unknown");

export const formatRate = (bytesPerSecond: number) => `${formatBytes(bytesPerSecond)}/s`;

export const formatCount = (count: number) => count.toLocaleString("en-GB");

/** "1 order", "3 orders". */
export const formatPlural = (count: number, one: string, many = `${one}s`) =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** A duration in the two units that matter: "45 s", "3 min 20 s", "2 h 5 min", "4 d 3 h". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  if (seconds > 0 && seconds < 0.05) return "< 0.1 s";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return seconds < 10 && seconds % 1 !== 0 ? `${seconds.toFixed(1)} s` : `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return twoUnits(minutes, "min", whole % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return twoUnits(hours, "h", minutes % 60, "min");
  return twoUnits(Math.floor(hours / 24), "d", hours % 24, "h");
}

const twoUnits = (first: number, firstUnit: string, second: number, secondUnit: string) =>
  second === 0 ? `${first} ${firstUnit}` : `${first} ${firstUnit} ${second} ${secondUnit}`;

/** A point in time for people, in the browser's time zone, to the second. */
export const formatDateTime = (iso: string) =>
  new Date(iso).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** "just now", "12 s ago", "3 min ago", "2 d ago"; "in 5 d" for the future. */
export function formatRelative(iso: string, now: number): string {
  const seconds = Math.round((now - new Date(iso).getTime()) / 1000);
  if (!Number.isFinite(seconds)) return "unknown";
  if (Math.abs(seconds) < 3) return "just now";
  const [largest] = formatDuration(Math.abs(seconds)).split(/(?<=\D) (?=\d)/);
  return seconds > 0 ? `${largest} ago` : `in ${largest}`;
}
