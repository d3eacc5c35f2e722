import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, JobOutcome, StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { isPlanInput, type PlanMachine } from "./plan-run";
import { holdPlanAgain } from "./settle-plan";

interface PlanPart<Run extends { readonly planId: string }> {
  readonly machines: (run: Run) => readonly PlanMachine[];
  readonly steps: (run: Run) => readonly StepDefinition<OperationContext>[];
  readonly settle: (context: OperationContext, job: Job, outcome: JobOutcome, run: Run) => Promise<void>;
}

/** One scenario for a machine and for a recovery plan, as the service names them; the input tells which. */
export function planOrMachineJob<Run extends { readonly planId: string }>(
  machine: JobDefinition<OperationContext>,
  plan: PlanPart<Run>,
): JobDefinition<OperationContext> {
  const runOf = (input: Job["input"]) => input as unknown as Run;
  return {
    ...machine,
    steps: (input) => (isPlanInput(input) ? plan.steps(runOf(input)) : machine.steps(input)),
    async beforeRestart(context, job) {
      if (!isPlanInput(job.input)) return machine.beforeRestart?.(context, job);
      const run = runOf(job.input);
      const ids = plan.machines(run).map(({ itemId }) => itemId);
      return holdPlanAgain(context, job, run, ids);
    },
    async settle(context, job, outcome) {
      if (!isPlanInput(job.input)) return machine.settle?.(context, job, outcome);
      return plan.settle(context, job, outcome, runOf(job.input));
    },
  };
}
