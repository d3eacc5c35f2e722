import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { completeTest } from "./complete-test";
import { drillFailure } from "./drill-failure";
import { DRILL_SCENARIO, drillRunInputOf, type DrillRunInput } from "./drill-run-input";
import { endDrillRun } from "./end-drill-run";
import { holdTest } from "./hold-test";
import { runTest, takeBackTest } from "./run-test";
import { verifyNothingLeft } from "./verify-nothing-left";

/**
 * A drill: the test failover of the plan as a job of its own, the hold, the cleanup as another, and the proof that nothing is
 * left. Cancelled, or failed before the cleanup began, it takes the test back.
 */
export const drillJob: JobDefinition<OperationContext> = {
  scenarioName: DRILL_SCENARIO,
  friendlyName: "Drill",
  steps: (input) => drillSteps(drillRunInputOf(input)),
  async beforeRestart(context, job) {
    const { runId } = drillRunInputOf(job.input);
    const again = { state: "Running", endedAt: null, reason: null } as const;
    await context.repositories.drillRuns.change(runId, ["Failed"], again);
  },
  settle: async (context, job, outcome) => {
    const { runId } = drillRunInputOf(job.input);
    const state = outcome.state === "Succeeded" ? "Succeeded" : "Failed";
    await endDrillRun(context, runId, state, drillFailure(job, outcome));
  },
};

function drillSteps(input: DrillRunInput): readonly StepDefinition<OperationContext>[] {
  return [
    {
      name: "DrillTestFailover",
      friendlyName: "Test failover of the recovery plan",
      taskType: "DrillTestFailoverTask",
      run: (step) => runTest(step, input),
      undo: (step) => takeBackTest(step, input),
    },
    {
      name: "DrillHold",
      friendlyName: input.cleanUp.kind === "ByPerson" ? "Wait until a person completes the test" : "Hold the test",
      taskType: "DrillHoldTask",
      run: (step) => holdTest(step, input),
    },
    {
      name: "DrillCleanup",
      friendlyName: "Clean up the test failover",
      taskType: "DrillCleanupTask",
      irrevocable: true,
      run: (step) => completeTest(step, input),
    },
    {
      name: "DrillVerify",
      friendlyName: "Verify that nothing is left",
      taskType: "DrillVerifyTask",
      run: (step) => verifyNothingLeft(step, input),
    },
  ];
}
