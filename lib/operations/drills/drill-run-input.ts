import type { Drill, DrillRun } from "@/lib/domain/drill";
import type { Job } from "@/lib/jobs/job";

export const DRILL_SCENARIO = "Drill";

/** The drill as it was when the run started: what is edited meanwhile is for the next run. The job's input; JSON. */
export interface DrillRunInput {
  readonly drillId: string;
  readonly drillName: string;
  readonly runId: string;
  readonly recoveryPlanId: string;
  readonly networkName: string | null;
  readonly point: Drill["point"];
  readonly useSharedPoints: boolean;
  readonly cleanUp: Drill["cleanUp"];
}

export function drillRunInput(drill: Drill, run: Pick<DrillRun, "id">): DrillRunInput {
  const { networkName, point, useSharedPoints, cleanUp } = drill;
  return {
    ...{ drillId: drill.id, drillName: drill.name, runId: run.id, recoveryPlanId: drill.planId },
    ...{ networkName, point, useSharedPoints, cleanUp },
  };
}

export function drillRunInputOf(input: Job["input"]): DrillRunInput {
  return input as unknown as DrillRunInput;
}
