import type { Explanation } from "@/lib/kernel/fault";

export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * How much of a site's line replication may take, as the MARS agent has it: a limit for work hours and another for the
 * rest of the week. Rates in megabits of 1,000,000 bits a second, as lines are sold; null is no limit.
 */
export interface BandwidthSettings {
  /** Uploads at a time on each host. */
  readonly uploadThreads: number;
  /** IANA name: work hours are those of the site, not of the portal. */
  readonly timeZone: string;
  readonly workDays: readonly Weekday[];
  /** `HH:MM`. An end before the start lies on the next day. */
  readonly workHoursStart: string;
  readonly workHoursEnd: string;
  readonly workHoursMbps: number | null;
  readonly nonWorkHoursMbps: number | null;
  /** What a resynchronization may read of the source's disks, in megabytes of 1,000,000 bytes a second. */
  readonly resynchronizationReadMBps: number | null;
}

export const UPLOAD_THREADS_MAX = 12;
/** The MARS agent's own least limit. Below it one pack would take minutes, and a connection counts as lost. */
export const LIMIT_MBPS_MIN = 0.5;
export const LIMIT_MBPS_MAX = 100_000;

export const DEFAULT_BANDWIDTH: BandwidthSettings = {
  uploadThreads: 4,
  timeZone: "UTC",
  workDays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
  workHoursStart: "09:00",
  workHoursEnd: "18:00",
  workHoursMbps: null,
  nonWorkHoursMbps: null,
  resynchronizationReadMBps: null,
};

export type BandwidthPeriod = "WorkHours" | "NonWorkHours";

export interface BandwidthNow {
  readonly period: BandwidthPeriod;
  /** Of the whole site; null: none. */
  readonly limitBytesPerSecond: number | null;
}

/** Which limit holds at an instant. */
export function bandwidthAt(settings: BandwidthSettings, instant: Date): BandwidthNow {
  const period = isWithinHours(settings, settings.workDays, instant) ? "WorkHours" : "NonWorkHours";
  const mbps = period === "WorkHours" ? settings.workHoursMbps : settings.nonWorkHoursMbps;
  return { period, limitBytesPerSecond: mbps === null ? null : (mbps * 1_000_000) / 8 };
}

/** Whether an instant lies between two times of the day in a time zone; hours over midnight belong to the day they begin on. */
export function isWithinHours(
  hours: { readonly timeZone: string; readonly workHoursStart: string; readonly workHoursEnd: string },
  days: readonly Weekday[],
  instant: Date,
): boolean {
  const { day, minutes } = localTime(hours.timeZone, instant);
  const start = minutesOf(hours.workHoursStart);
  const end = minutesOf(hours.workHoursEnd);
  if (start < end) return days.includes(day) && minutes >= start && minutes < end;
  const yesterday = WEEKDAYS[(WEEKDAYS.indexOf(day) + 6) % 7] ?? day;
  return (days.includes(day) && minutes >= start) || (days.includes(yesterday) && minutes < end);
}

/** What is wrong with the settings, and with which of them; null when nothing is. */
export function bandwidthProblem(settings: BandwidthSettings): { explanation: Explanation; target: string } | null {
  const { uploadThreads, timeZone, workHoursStart, workHoursEnd } = settings;
  if (!Number.isInteger(uploadThreads) || uploadThreads < 1 || uploadThreads > UPLOAD_THREADS_MAX) {
    return problem(
      "uploadThreads",
      `${uploadThreads} uploads at a time are not possible`,
      `1 to ${UPLOAD_THREADS_MAX}`,
    );
  }
  for (const target of ["workHoursMbps", "nonWorkHoursMbps"] as const) {
    const mbps = settings[target];
    if (mbps !== null && !(mbps >= LIMIT_MBPS_MIN && mbps <= LIMIT_MBPS_MAX)) {
      return problem(
        target,
        `${mbps} Mbit/s is no usable limit`,
        `${LIMIT_MBPS_MIN} to ${LIMIT_MBPS_MAX} Mbit/s, or none`,
      );
    }
  }
  const read = settings.resynchronizationReadMBps;
  if (read !== null && !(read >= 1 && read <= LIMIT_MBPS_MAX)) {
    return problem("resynchronizationReadMBps", `${read} MB/s is no usable limit`, "at least 1 MB/s, or none");
  }
  if (!isTimeZone(timeZone)) {
    const quoted = JSON.stringify(timeZone.slice(0, 60));
    return problem("timeZone", `${quoted} is not the name of a time zone`, "a name such as Europe/Berlin");
  }
  for (const target of ["workHoursStart", "workHoursEnd"] as const) {
    if (!isTimeOfDay(settings[target]))
      return problem(target, "this is no time of the day", "hours and minutes, as 09:00");
  }
  if (workHoursStart === workHoursEnd) {
    return problem("workHoursEnd", "work hours that end when they begin are empty", "another end, or no limits");
  }
  return null;
}

export function isTimeOfDay(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function localTime(timeZone: string, instant: Date): { day: Weekday; minutes: number } {
  const format = { timeZone, weekday: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const parts = new Intl.DateTimeFormat("en-GB", format).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  const day = WEEKDAYS.find((name) => name === part("weekday")) ?? "Monday";
  return { day, minutes: Number(part("hour")) * 60 + Number(part("minute")) };
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

function problem(target: keyof BandwidthSettings, what: string, allowed: string) {
  return {
    target,
    explanation: {
      code: "InvalidBandwidthSettings",
      message: `The bandwidth settings cannot be used: ${what}.`,
      possibleCauses: `Allowed: ${allowed}.`,
      recommendedAction: "Correct the value and save again.",
    },
  };
}
