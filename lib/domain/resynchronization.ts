import type { Explanation } from "@/lib/kernel/fault";
import { isTimeOfDay, isTimeZone, isWithinHours, WEEKDAYS } from "./bandwidth";

/** As Hyper-V Replica asks for each machine: at once, only between two times of the day, or when somebody says so. */
export interface ResynchronizationSettings {
  readonly mode: "Automatic" | "DuringHours" | "Manual";
  /** `HH:MM` in `timeZone`; an end before the start lies on the next day. Kept while the mode is another. */
  readonly hoursStart: string;
  readonly hoursEnd: string;
  readonly timeZone: string;
}

export interface ResynchronizationFlag {
  /** The host names it when it is done, so that a flag raised meanwhile stays up. */
  readonly id: string;
  /** Why; for people. */
  readonly reason: string;
  readonly flaggedBy: "Agent" | "Check" | "User";
  readonly flaggedAt: string;
  /**
   * What the source is compared with: the last point, or nothing, so that whatever the vault has lost is stored again even
   * though it has not changed.
   */
  readonly compareWith: "LastPoint" | "Nothing";
  /** Set when it may run: by its mode, or by somebody. */
  readonly allowedAt: string | null;
  /**
   * Of a flag that a check raised: when the damage was taken out of use. Null: not yet, and until then the machine would be
   * told that the vault has what it has lost.
   */
  readonly isolatedAt?: string | null;
}

export interface ResynchronizationResult {
  readonly reason: string;
  readonly flaggedAt: string;
  readonly endedAt: string;
  /** Instant of the recovery point that it made. */
  readonly recoveryPointAt: string;
  readonly bytesCompared: number;
  readonly bytesDifferent: number;
  /** Into the vault, compressed and sealed. */
  readonly bytesSent: number;
  /** Compared by an attempt that was interrupted, and not again. */
  readonly bytesKept: number;
}

export interface Resynchronization {
  readonly settings: ResynchronizationSettings;
  readonly flag: ResynchronizationFlag | null;
  readonly last: ResynchronizationResult | null;
}

/** The hours are those of Hyper-V's own dialog. */
export const DEFAULT_RESYNCHRONIZATION: Resynchronization = {
  settings: { mode: "Automatic", hoursStart: "18:30", hoursEnd: "06:00", timeZone: "UTC" },
  flag: null,
  last: null,
};

/** Whether a flagged machine may begin by itself now. */
export function mayResynchronizeNow(settings: ResynchronizationSettings, now: Date): boolean {
  switch (settings.mode) {
    case "Automatic":
      return true;
    case "Manual":
      return false;
    case "DuringHours": {
      const { timeZone, hoursStart, hoursEnd } = settings;
      return isWithinHours({ timeZone, workHoursStart: hoursStart, workHoursEnd: hoursEnd }, WEEKDAYS, now);
    }
  }
}

/** Whether the host may begin: it is allowed, and what is damaged does not pass for stored any more. */
export function mayBegin(flag: ResynchronizationFlag): boolean {
  return flag.allowedAt !== null && flag.isolatedAt !== null;
}

/** What has to happen for a flagged machine to be resynchronized, for people. */
export function describeMode(settings: ResynchronizationSettings): string {
  const { mode, hoursStart, hoursEnd, timeZone } = settings;
  switch (mode) {
    case "Automatic":
      return "It begins by itself.";
    case "DuringHours":
      return `It begins by itself between ${hoursStart} and ${hoursEnd} (${timeZone}), or when it is started by hand.`;
    case "Manual":
      return "It waits until somebody starts it.";
  }
}

export function settingsProblem(
  settings: ResynchronizationSettings,
): { explanation: Explanation; target: keyof ResynchronizationSettings } | null {
  for (const target of ["hoursStart", "hoursEnd"] as const) {
    if (!isTimeOfDay(settings[target])) return problem(target, "A time of the day is written as 18:30.");
  }
  if (settings.hoursStart === settings.hoursEnd) return problem("hoursEnd", "The hours end when they begin.");
  if (!isTimeZone(settings.timeZone)) return problem("timeZone", "A time zone has a name such as Europe/Berlin.");
  return null;
}

function problem(target: keyof ResynchronizationSettings, possibleCauses: string) {
  return {
    target,
    explanation: {
      code: "InvalidResynchronizationSettings",
      message: `The settings of resynchronization cannot be used: ${target} is not valid.`,
      possibleCauses,
      recommendedAction: "Correct the value and save again.",
    },
  };
}
