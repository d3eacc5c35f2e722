import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { beginFailover, undoBegin } from "../failover/begin-failover";
import type { FailoverRun } from "../failover/failover-run";
import {
  completeFailoverDisks,
  makeFailoverReplica,
  startFailoverReplica,
  undoMakeReplica,
} from "../failover/make-and-start";
import { preparePoint, undoPreparePoint } from "../failover/prepare-point";
import { settleFailover } from "../failover/settle-failover";
import { shutDownSource, undoShutDown } from "../failover/shut-down-source";
import { holdAgain } from "../hold-protected-item";
import { isPlanInput, planRunOf, takingPart } from "../recovery-plans/plan-run";
import { planSteps } from "../recovery-plans/plan-steps";
import { holdPlanAgain, settlePlan } from "../recovery-plans/settle-plan";

type Step = StepDefinition<OperationContext>;
type Phase = Pick<Step, "run" | "undo">;

export function failoverRunOf(input: Job["input"]): FailoverRun {
  return input as unknown as FailoverRun;
}

/** Phases of a failover of one item; a recovery plan has the same in another order (recovery-plans/plan-steps). */
const phases = {
  begin: (run: FailoverRun): Phase => ({
    run: (step) => beginFailover(step, run),
    undo: (step) => undoBegin(step, run),
  }),
  shutDown: (run: FailoverRun): Phase => ({
    run: (step) => shutDownSource(step, run),
    undo: (step) => undoShutDown(step, run),
  }),
  prepare: (run: FailoverRun): Phase => ({
    run: (step) => preparePoint(step, run),
    undo: (step) => undoPreparePoint(step, run),
  }),
  make: (run: FailoverRun): Phase => ({
    run: (step) => makeFailoverReplica(step, run),
    undo: (step) => undoMakeReplica(step, run),
  }),
  /** Nothing of its own to undo: taking back the replica powers it off too. The undo makes a new attempt start it again. */
  start: (run: FailoverRun): Phase => ({
    run: (step) => startFailoverReplica(step, run),
    undo: async () => {},
  }),
  /** The machine runs and is the machine: this can only be finished. */
  complete: (run: FailoverRun): Step[] =>
    run.startInstantly === true
      ? [{ ...COMPLETE, irrevocable: true, run: (step) => completeFailoverDisks(step, run) }]
      : [],
};

const named = (taskType: string, name: string, friendlyName: string) => ({ taskType, name, friendlyName });
const SHUT_DOWN = named("ShutdownVmOnPrimary", "ShutdownVmOnPrimary", "Shut down the virtual machine");
const PREPARE = named("PrepareForFailoverTask", "VmPrepareForFailover", "Preparing for failover");
const FAILOVER = named("FailoverTask", "VmFailover", "Start failover");
const START = named("StartVmOnSecondary", "VmFoStartVmOnSecondary", "Start the replica virtual machine");
/** The service has no such task: the name is ours. */
const COMPLETE = named(
  "CompleteDisksTask",
  "VmFoCompleteDisks",
  "Complete and verify the disks behind the running machine",
);

/** Task names as recorded from the service (asr reference 3.5). */
export const plannedFailoverJob = failoverJob("PlannedFailover", "Planned failover", (run) => [
  {
    ...named(
      "PlannedFailoverPreflightChecksTask",
      "VmPfoPrerequisitesCheck",
      "Prerequisites check for planned failover",
    ),
    ...phases.begin(run),
  },
  { ...SHUT_DOWN, ...phases.shutDown(run) },
  { ...PREPARE, ...phases.prepare(run) },
  { ...FAILOVER, ...phases.make(run) },
  { ...START, ...phases.start(run) },
  ...phases.complete(run),
]);

/** No recording of this job is known: named after the planned one. */
export const unplannedFailoverJob = failoverJob("UnplannedFailover", "Unplanned failover", (run) => [
  {
    ...named(
      "UnplannedFailoverPreflightChecksTask",
      "VmUfoPrerequisitesCheck",
      "Prerequisites check for unplanned failover",
    ),
    ...phases.begin(run),
  },
  { ...SHUT_DOWN, ...phases.shutDown(run) },
  { ...PREPARE, ...phases.prepare(run) },
  { ...FAILOVER, ...phases.make(run) },
  { ...START, ...phases.start(run) },
  ...phases.complete(run),
]);

/** No recording of this job's tasks is known: the names are ours. */
export const testFailoverJob = failoverJob("TestFailover", "Test failover", (run) => [
  {
    ...named("TestFailoverPreflightChecksTask", "VmTfoPrerequisitesCheck", "Prerequisites check for test failover"),
    ...phases.begin(run),
  },
  {
    ...named("PrepareForTestFailoverTask", "VmPrepareForTestFailover", "Preparing the recovery point"),
    ...phases.prepare(run),
  },
  { ...named("TestFailoverTask", "VmTestFailover", "Create the test disks"), ...phases.make(run) },
  { ...named("StartTestVm", "VmTfoStartVm", "Start the test virtual machine"), ...phases.start(run) },
]);

/** One scenario for an item and for a recovery plan, as the service names them; the input tells which. */
function failoverJob(
  scenarioName: string,
  friendlyName: string,
  steps: (run: FailoverRun) => readonly Step[],
): JobDefinition<OperationContext> {
  return {
    scenarioName,
    friendlyName,
    steps: (input) => (isPlanInput(input) ? planSteps(planRunOf(input)) : steps(failoverRunOf(input))),
    async beforeRestart(context, job) {
      if (!isPlanInput(job.input)) return holdAgain(context, failoverRunOf(job.input).itemId, job.id);
      const run = planRunOf(job.input);
      return holdPlanAgain(
        context,
        job,
        run,
        takingPart(run).map((machine) => machine.itemId),
      );
    },
    settle: (context, job, outcome) =>
      isPlanInput(job.input)
        ? settlePlan(context, job, outcome, planRunOf(job.input))
        : settleFailover(context, job, outcome, failoverRunOf(job.input)),
  };
}
