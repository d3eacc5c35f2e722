import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { holdAgain, releaseItem } from "../hold-protected-item";

/** A job of one protected item, which holds it from the request to its end. The run is the job's input. */
export function itemJob<Run extends { readonly itemId: string }>(definition: {
  readonly scenarioName: string;
  readonly friendlyName: string;
  readonly steps: (run: Run) => readonly StepDefinition<OperationContext>[];
  readonly settle?: (context: OperationContext, job: Job, run: Run) => Promise<void>;
}): JobDefinition<OperationContext> {
  const { scenarioName, friendlyName, steps, settle } = definition;
  const runOf = (input: Job["input"]) => input as unknown as Run;
  return {
    scenarioName,
    friendlyName,
    steps: (input) => steps(runOf(input)),
    beforeRestart: (context, job) => holdAgain(context, runOf(job.input).itemId, job.id),
    settle: async (context, job) => {
      await settle?.(context, job, runOf(job.input));
      await releaseItem(context, runOf(job.input).itemId, job.id);
    },
  };
}

export const named = (taskType: string, name: string, friendlyName: string) => ({ taskType, name, friendlyName });
