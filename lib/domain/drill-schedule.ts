import { Cron } from "croner";
import cronstrue from "cronstrue";

const FIELDS = 5;
/** Starts that were missed one by one; what is older is counted as one. */
export const MISSED_STARTS_KEPT = 20;

/** Null when the expression can be a schedule: five fields, and some day on which it comes due. */
export function cronProblem(cron: string): string | null {
  if (cron.trim().split(/\s+/).length !== FIELDS) {
    return "A cron expression has five fields: minute, hour, day of the month, month, day of the week.";
  }
  try {
    // The instant does not matter: an expression that matches no day (30 February) matches none from anywhere.
    const next = parse(cron, "UTC").nextRun(new Date(0));
    return next === null ? "There is no day on which it comes due." : null;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return error.message.replace(/^CronPattern: /, "");
    throw error;
  }
}

/** In plain words, e.g. "At 02:00, only on Saturday"; null for an expression that is none. */
export function describeCron(cron: string): string | null {
  if (cronProblem(cron) !== null) return null;
  return cronstrue.toString(cron, { use24HourTimeFormat: true });
}

/** The next instants after `after`, UTC. An hour that summer time leaves out comes late, one that it repeats counts once. */
export function nextInstants(cron: string, timeZone: string, after: Date, count: number): string[] {
  return parse(cron, timeZone)
    .nextRuns(count, after)
    .map((instant) => instant.toISOString());
}

/** What came due after `after`, up to and including `until`: the newest few, oldest first, and whether there were more. */
export function dueInstants(
  cron: string,
  timeZone: string,
  after: string,
  until: Date,
): { readonly instants: readonly string[]; readonly moreBefore: boolean } {
  // The library looks before its reference, in whole seconds.
  const reference = new Date(until.getTime() + 1_000);
  const found = parse(cron, timeZone)
    .previousRuns(MISSED_STARTS_KEPT + 1, reference)
    .map((instant) => instant.toISOString())
    .filter((instant) => instant > after && instant <= until.toISOString());
  return { instants: found.slice(0, MISSED_STARTS_KEPT).reverse(), moreBefore: found.length > MISSED_STARTS_KEPT };
}

function parse(cron: string, timezone: string): Cron {
  return new Cron(cron.trim(), { timezone, mode: "5-part", paused: true });
}
