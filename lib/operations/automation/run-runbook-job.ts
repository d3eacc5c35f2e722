import { hasRunEnded } from "@/lib/domain/automation-rules";
import type { Job } from "@/lib/jobs/job";
import type { JobDefinition } from "@/lib/jobs/job-definition";
import { assert } from "@/lib/kernel/assert";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { executeRun } from "./execute-run";
import { RUN_RUNBOOK_SCENARIO, trialMark, type TrialInput } from "./start-trial";

/** A runbook by itself. Cancelling it ends its processes. */
export const runRunbookJob: JobDefinition<OperationContext> = {
  scenarioName: RUN_RUNBOOK_SCENARIO,
  friendlyName: "Run runbook",
  steps: () => [
    {
      name: RUN_RUNBOOK_SCENARIO,
      friendlyName: "Run the runbook",
      taskType: RUN_RUNBOOK_SCENARIO,
      async run(step) {
        const input = read(step.job.input);
        const { automationAccounts, runbooks } = step.services.repositories;
        const account = await automationAccounts.get(input.accountId);
        const runbook = await runbooks.get(input.runbookId);
        assert(account && runbook, "an account or a runbook was deleted under its own job");
        await executeRun(step, {
          ...trialMark(account, runbook, input, input.runId),
          ...{ context: input.context, timeoutSeconds: input.timeoutSeconds },
        });
        return "done";
      },
    },
  ],
  async settle(context, job, outcome) {
    const input = read(job.input);
    const run = await context.repositories.runbookRuns.get(input.runId);
    if (run === null || hasRunEnded(run)) return;
    // Cancelled before its step began, or the step failed before it was run.
    const state = outcome.state === "Cancelled" ? "Stopped" : "Failed";
    const problem = outcome.errors.find((error) => error.severity === "Error") ?? null;
    const endedAt = context.clock.now().toISOString();
    await context.repositories.runbookRuns.update(run.id, { state, endedAt, problem });
    announce(context, null, "automationJobs", run.id);
  },
};

function read(input: Job["input"]): TrialInput {
  return input as unknown as TrialInput;
}
