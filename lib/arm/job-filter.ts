import type { JobState } from "@/lib/jobs/job";
import type { JobQuery } from "@/lib/jobs/job-store";
import { Refusal } from "@/lib/kernel/fault";

const STATES: readonly JobState[] = ["NotStarted", "InProgress", "Suspended", "Succeeded", "Failed", "Cancelled"];
const TERM = /^\s*([A-Za-z.]+)\s+(eq|ge|gt|le|lt)\s+(?:'((?:[^']|'')*)'|([0-9TZ:.+-]+))\s*$/i;

export interface JobFilter {
  readonly query: Omit<JobQuery, "vaultId">;
  /** What the store's query has no word for. */
  readonly targetType: string | null;
  readonly jobName: string | null;
}

/**
 * `$filter` of the job list: conditions joined by `and` on jobStatus (or state), startTime, endTime, scenarioName, jobName
 * and affectedObjectTypes, e.g. "jobStatus eq 'Failed' and startTime ge '2026-01-01T00:00:00Z'". Words ignore case.
 *
 * @throws Refusal InvalidFilter
 */
export function parseJobFilter(filter: string | null): JobFilter {
  const parsed = {
    query: {} as Record<string, unknown>,
    targetType: null as string | null,
    jobName: null as string | null,
  };
  if (filter === null || filter.trim() === "") return parsed;
  for (const part of filter.split(/\s+and\s+/i)) {
    const term = TERM.exec(part);
    if (!term) throw invalid(`the condition ${JSON.stringify(part.slice(0, 80))} cannot be read`);
    const [, name = "", operator = "", quoted, bare] = term;
    const value = (quoted ?? bare ?? "").replaceAll("''", "'");
    apply(parsed, name.toLowerCase(), operator.toLowerCase(), value);
  }
  return parsed;
}

function apply(
  parsed: { query: Record<string, unknown>; targetType: string | null; jobName: string | null },
  name: string,
  operator: string,
  value: string,
): void {
  const key = `${name} ${operator}`;
  switch (key) {
    case "jobstatus eq":
    case "state eq":
      parsed.query["states"] = [stateOf(value)];
      return;
    case "scenarioname eq":
      parsed.query["scenarioNames"] = [value];
      return;
    case "starttime ge":
    case "starttime gt":
      parsed.query["createdFrom"] = timeOf(value);
      return;
    case "endtime le":
    case "endtime lt":
    case "starttime le":
    case "starttime lt":
      parsed.query["createdUntil"] = timeOf(value);
      return;
    case "affectedobjecttypes eq":
    case "targetinstancetype eq":
      parsed.targetType = value;
      return;
    case "jobname eq":
      parsed.jobName = value;
      return;
    default:
      throw invalid(`${JSON.stringify(`${name} ${operator}`)} is not a condition of jobs`);
  }
}

function stateOf(value: string): JobState {
  const state = STATES.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
  if (!state) throw invalid(`${JSON.stringify(value.slice(0, 40))} is not a state of jobs (${STATES.join(", ")})`);
  return state;
}

function timeOf(value: string): string {
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw invalid(`${JSON.stringify(value.slice(0, 40))} is not a time`);
  return new Date(ms).toISOString();
}

function invalid(why: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "InvalidFilter",
      message: `The $filter cannot be used: ${why}.`,
      possibleCauses: "The filter is misspelt, or uses a property or an operator that jobs do not have.",
      recommendedAction:
        "Join conditions with 'and', e.g. jobStatus eq 'Failed' and startTime ge '2026-01-01T00:00:00Z'.",
    },
    "$filter",
  );
}
