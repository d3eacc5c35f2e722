import type { Explanation } from "@/lib/kernel/fault";
import { isWithinHours } from "./bandwidth";
import type { Drill, DrillRun } from "./drill";

/** The portal looks every few seconds; within this it is on time. */
export const ON_TIME_MS = 120_000;

export type StartDecision =
  | { readonly decision: "Start" }
  | { readonly decision: "Wait" }
  | { readonly decision: "Skip"; readonly reason: Explanation };

type Timing = Pick<Drill, "name" | "timeZone" | "windows" | "whenMissed" | "graceMinutes">;

/**
 * What becomes of a run that is due. `otherOpen`: an earlier run of the drill has not ended. A clock that was set back makes
 * a due instant lie ahead again: the run waits for it.
 */
export function decideStart(drill: Timing, run: Pick<DrillRun, "dueAt">, now: Date, otherOpen: boolean): StartDecision {
  const lateMs = now.getTime() - Date.parse(run.dueAt);
  if (lateMs < 0) return { decision: "Wait" };
  const graceMs = drill.whenMissed === "RunLate" ? drill.graceMinutes * 60_000 : 0;
  const isOver = lateMs > Math.max(ON_TIME_MS, graceMs);
  const mayStart = isInWindows(drill, now);
  if (!isOver && mayStart && !otherOpen) return { decision: "Start" };
  if (!isOver && drill.whenMissed === "RunLate") return { decision: "Wait" };
  if (otherOpen && mayStart) return { decision: "Skip", reason: stillRunning(drill) };
  const wasInside = isInWindows(drill, new Date(Date.parse(run.dueAt)));
  const missed = isOver && wasInside;
  return { decision: "Skip", reason: missed ? notStartedInTime(drill, run.dueAt, now) : outsideWindows(drill) };
}

export function isInWindows({ windows, timeZone }: Pick<Drill, "windows" | "timeZone">, instant: Date): boolean {
  if (windows.length === 0) return true;
  return windows.some(({ days, from, until }) =>
    isWithinHours({ timeZone, workHoursStart: from, workHoursEnd: until }, days, instant),
  );
}

function stillRunning({ name }: Timing): Explanation {
  return {
    code: "DrillStillRunning",
    message: `The drill ${name} was not started: its run before has not ended.`,
    possibleCauses: "The run before waits for a person, or is held longer than the time between two runs.",
    recommendedAction: "Complete the run before, or schedule the drill less often.",
  };
}

function outsideWindows({ name, timeZone }: Timing): Explanation {
  return {
    code: "OutsideDrillWindow",
    message: `The drill ${name} came due outside its windows (${timeZone}).`,
    possibleCauses: "The schedule and the windows have no instant in common, or the grace ended before a window began.",
    recommendedAction: "Change the schedule or the windows, or let missed starts run late with a longer grace.",
  };
}

/** `moreBefore`: stands for all starts that were missed before it as well. */
export function notStartedInTime(
  { name }: Pick<Drill, "name">,
  dueAt: string,
  now: Date,
  moreBefore = false,
): Explanation {
  const minutes = Math.round((now.getTime() - Date.parse(dueAt)) / 60_000);
  const others = moreBefore ? " Starts that were due before were missed as well." : "";
  return {
    code: "DrillStartMissed",
    message: `The drill ${name} was not started when it was due, ${minutes} minutes before it was looked at.${others}`,
    possibleCauses: "The portal did not run then, or the run before had not ended within the grace.",
    recommendedAction: "Run the drill by hand, or let missed starts run late with a longer grace.",
  };
}

export function supersededBy({ name }: Pick<Drill, "name">, dueAt: string): Explanation {
  return {
    code: "DrillSuperseded",
    message: `This start of the drill ${name} still waited when the next one came due at ${dueAt}.`,
    possibleCauses: "Its windows are narrower than the time between two starts, or the run before took long.",
    recommendedAction: "Schedule the drill less often, or widen its windows.",
  };
}

export function pausedMeanwhile({ name }: Pick<Drill, "name">): Explanation {
  return {
    code: "DrillPaused",
    message: `The drill ${name} was paused before this start could be made.`,
    possibleCauses: "Somebody paused the drill while the start waited for a window or for the run before.",
    recommendedAction: "Enable the drill, or run it by hand.",
  };
}

export function skippedByPerson({ name }: Pick<Drill, "name">): Explanation {
  return {
    code: "DrillSkippedByPerson",
    message: `This start of the drill ${name} was left out by a person.`,
    possibleCauses: "Somebody chose to skip the next start.",
    recommendedAction: "Nothing; the start after it is made as scheduled.",
  };
}
