import type { StepContext, StepOutcome } from "@/lib/jobs/job-definition";
import type { Resumption } from "@/lib/jobs/runner-memory";
import type { OperationContext } from "../../context";
import type { FailoverStep } from "../failover-run";
import { ALREADY_BACK, failbackItemOf, type FailbackRun } from "./failback-run";

/** The job's state while it waits; ours. */
export const WAITING_FOR_COMPLETE_FAILOVER = "WaitingForCompleteFailover";

/** Most of the data is at the site and the machine in Azure runs on: a person says when it is shut down (asr reference 3.4). */
export async function awaitCompletion(step: FailoverStep, run: FailbackRun): Promise<StepOutcome> {
  const { isSwitched } = await failbackItemOf(step, run);
  if (isSwitched) return ALREADY_BACK;
  if (step.resumed === null) return { suspend: WAITING_FOR_COMPLETE_FAILOVER };
  return { details: completionDetails(step, step.resumed) };
}

/** What is kept of the person who completed the failover. */
export function completionDetails({ services }: StepContext<OperationContext>, { at, by, comments }: Resumption) {
  return { completedAt: at, completedBy: by ?? services.settings.localUser, observation: comments };
}
