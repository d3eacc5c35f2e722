import type { StatusTone } from "@/components/ui/status-badge";
import type { DrillResource, DrillRunResource } from "@/lib/contract/drills";

type Run = DrillRunResource["properties"];

const states: Record<Run["state"], { readonly text: string; readonly tone: StatusTone }> = {
  Scheduled: { text: "Waiting to start", tone: "waiting" },
  Skipped: { text: "Skipped", tone: "warn" },
  Running: { text: "Running", tone: "busy" },
  WaitingForCleanup: { text: "Test is up", tone: "busy" },
  Succeeded: { text: "Succeeded", tone: "good" },
  Failed: { text: "Failed", tone: "bad" },
};

/** What a person waits for is said before what the portal is doing. */
export function runStatus(run: Run): { readonly text: string; readonly tone: StatusTone } {
  if (run.waitsFor !== null) return { text: "Waits for a person", tone: "waiting" };
  return states[run.state];
}

export function drillStatus({ properties }: DrillResource): { readonly text: string; readonly tone: StatusTone } {
  if (properties.openRun !== null) return runStatus(properties.openRun);
  if (!properties.enabled) return { text: "Paused", tone: "idle" };
  if (properties.recoveryPlanName === null) return { text: "Its plan was deleted", tone: "bad" };
  return { text: "Scheduled", tone: "good" };
}

export const startedBy: Record<Run["startedBy"], string> = {
  Schedule: "the schedule",
  Chain: "the drill before",
  Person: "a person",
};

/** In the drill's own time zone, in which its schedule is written. */
export function zonedTime(at: string, timeZone: string): string {
  return new Date(at).toLocaleString("en-GB", {
    ...{ timeZone, weekday: "short", day: "numeric", month: "short", year: "numeric" },
    ...{ hour: "2-digit", minute: "2-digit", timeZoneName: "short" },
  });
}
