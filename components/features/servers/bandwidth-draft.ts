import type { BandwidthSettings, Weekday } from "@/lib/domain/bandwidth";

/** The settings as they are typed. */
export interface BandwidthDraft {
  readonly uploadThreads: string;
  readonly timeZone: string;
  readonly workDays: readonly Weekday[];
  readonly workHoursStart: string;
  readonly workHoursEnd: string;
  readonly workHoursMbps: string;
  readonly nonWorkHoursMbps: string;
  readonly resynchronizationReadMBps: string;
}

const written = (value: number | null) => (value === null ? "" : String(value));
/** Empty is no limit. What is no number goes to the service as one that it refuses, with the reason beside the field. */
const read = (text: string) => (text.trim() === "" ? null : Number(text.trim().replace(",", ".")) || 0);

export function bandwidthDraft(settings: BandwidthSettings): BandwidthDraft {
  const { timeZone, workDays, workHoursStart, workHoursEnd } = settings;
  return {
    ...{ timeZone, workDays, workHoursStart, workHoursEnd },
    uploadThreads: String(settings.uploadThreads),
    workHoursMbps: written(settings.workHoursMbps),
    nonWorkHoursMbps: written(settings.nonWorkHoursMbps),
    resynchronizationReadMBps: written(settings.resynchronizationReadMBps),
  };
}

export function bandwidthFromDraft(draft: BandwidthDraft): BandwidthSettings {
  return {
    uploadThreads: Number(draft.uploadThreads),
    timeZone: draft.timeZone.trim(),
    workDays: draft.workDays,
    workHoursStart: draft.workHoursStart.trim(),
    workHoursEnd: draft.workHoursEnd.trim(),
    workHoursMbps: read(draft.workHoursMbps),
    nonWorkHoursMbps: read(draft.nonWorkHoursMbps),
    resynchronizationReadMBps: read(draft.resynchronizationReadMBps),
  };
}
