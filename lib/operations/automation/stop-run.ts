import type { RunbookRun } from "@/lib/domain/automation";
import { hasRunEnded } from "@/lib/domain/automation-rules";
import { Refusal } from "@/lib/kernel/fault";
import { hasEnded } from "@/lib/jobs/job-states";
import type { OperationContext } from "../context";
import { RUN_RUNBOOK_SCENARIO } from "./start-trial";

/** Ends a run. One that belongs to a recovery plan's job makes that step fail. @throws Refusal JobAlreadyEnded */
export async function stopRun(context: OperationContext, run: RunbookRun): Promise<void> {
  if (hasRunEnded(run)) throw alreadyEnded(run);
  const job = await context.jobs.get(run.jobId);
  const isTrial = job?.scenarioName === RUN_RUNBOOK_SCENARIO;
  if (isTrial && !hasEnded(job.state) && job.cancelRequestedAt === null) await context.jobs.cancel(job.id);
  await context.runbooks.cancel(run.id);
}

function alreadyEnded(run: RunbookRun): Refusal {
  return new Refusal("conflict", {
    code: "JobAlreadyEnded",
    message: `The run of ${run.runbookName} has ended (${run.state}); there is nothing to stop.`,
    possibleCauses: "It ended while it was still shown as running.",
    recommendedAction: "Refresh the page.",
  });
}
