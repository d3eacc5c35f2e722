import { Refusal, type Explanation } from "@/lib/kernel/fault";
import { isTimeOfDay, isTimeZone, WEEKDAYS } from "./bandwidth";
import type { Drill, DrillTrigger } from "./drill";
import { cronProblem } from "./drill-schedule";

export const GRACE_MINUTES_MAX = 7 * 24 * 60;
export const HOLD_MINUTES_MAX = 7 * 24 * 60;
export const KEEP_RUNS_MAX = 1_000;

/** What a person decides about a drill. */
export type DrillSettings = Omit<Drill, "id" | "vaultId" | "name" | "activeSince" | "createdAt" | "revision">;

/** @throws Refusal InvalidDrill naming the property, DrillChainCycle */
export function requireDrillRules(
  drill: DrillSettings & { readonly id: string; readonly name: string },
  others: readonly Pick<Drill, "id" | "name" | "trigger">[],
): void {
  const { trigger, timeZone, windows, graceMinutes, cleanUp, keepRuns } = drill;
  if (!isTimeZone(timeZone)) throw invalid("timeZone", "A time zone has a name such as Europe/Berlin.");
  if (trigger.kind === "Schedule") {
    const problem = cronProblem(trigger.cron);
    if (problem !== null) throw invalid("trigger.cron", problem);
  } else {
    requireChain(drill, trigger, others);
  }
  for (const [index, { days, from, until }] of windows.entries()) {
    const target = `windows[${index}]`;
    if (days.length === 0) throw invalid(`${target}.days`, "A window has at least one day.");
    if (!days.every((day) => WEEKDAYS.includes(day))) throw invalid(`${target}.days`, "Days are Monday to Sunday.");
    if (!isTimeOfDay(from)) throw invalid(`${target}.from`, "A time of the day is written as 18:30.");
    if (!isTimeOfDay(until)) throw invalid(`${target}.until`, "A time of the day is written as 18:30.");
    if (from === until) throw invalid(`${target}.until`, "A window that ends when it begins is empty.");
  }
  requireWhole("graceMinutes", graceMinutes, 0, GRACE_MINUTES_MAX);
  if (cleanUp.kind === "AfterMinutes") requireWhole("cleanUp.minutes", cleanUp.minutes, 0, HOLD_MINUTES_MAX);
  requireWhole("keepRuns", keepRuns, 1, KEEP_RUNS_MAX);
}

function requireChain(
  drill: Pick<Drill, "id" | "name" | "trigger">,
  trigger: DrillTrigger & { readonly kind: "AfterDrill" },
  others: readonly Pick<Drill, "id" | "name" | "trigger">[],
): void {
  const byId = new Map(others.filter((other) => other.id !== drill.id).map((other) => [other.id, other]));
  const path = [drill.name];
  let next: DrillTrigger = trigger;
  while (next.kind === "AfterDrill") {
    const { drillId }: { readonly drillId: string } = next;
    const before = drillId === drill.id ? drill : byId.get(drillId);
    if (!before) throw invalid("trigger.drill", "There is no such drill in this vault.");
    if (path.includes(before.name)) {
      throw new Refusal("invalid", cycle([...path, before.name]), "properties.trigger");
    }
    path.push(before.name);
    next = before.trigger;
  }
}

function requireWhole(target: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw invalid(target, `A whole number from ${min} to ${max} is needed.`);
}

function cycle(names: readonly string[]): Explanation {
  return {
    code: "DrillChainCycle",
    message: `The drill would wait for itself: ${names.join(" after ")}.`,
    possibleCauses: "Drills that follow each other must begin with one that a schedule starts.",
    recommendedAction: "Let one of these drills start by a schedule.",
  };
}

function invalid(target: string, possibleCauses: string): Refusal {
  const property = `properties.${target}`;
  const explanation = {
    code: "InvalidDrill",
    message: `The drill cannot be saved: ${property} is not valid.`,
    possibleCauses,
    recommendedAction: "Correct the value and save again.",
  };
  return new Refusal("invalid", explanation, property);
}
