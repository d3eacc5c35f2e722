import type { JobDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { recordJobEvent } from "../record-job-event";
import { baseJobs } from "./base-jobs";
import { recoveryJobs } from "./recovery-jobs";

/** Every job there is. However one ends, the vault's events say so. */
export const allJobs: readonly JobDefinition<OperationContext>[] = [...baseJobs, ...recoveryJobs].map(withEvent);

function withEvent(definition: JobDefinition<OperationContext>): JobDefinition<OperationContext> {
  return {
    ...definition,
    settle: async (context, job, outcome) => {
      await definition.settle?.(context, job, outcome);
      await recordJobEvent(context, job, outcome);
    },
  };
}
