import type { Job } from "@/lib/jobs/job";
import type { JobOutcome, StepContext, StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { completionDetails, WAITING_FOR_COMPLETE_FAILOVER } from "../failover/failback/await-completion";
import { beginFailback, undoBeginFailback } from "../failover/failback/begin-failback";
import { captureReplica, undoCapture, type CaptureMoment } from "../failover/failback/capture-replica";
import type { FailbackRun } from "../failover/failback/failback-run";
import { settleFailback } from "../failover/failback/settle-failback";
import { startOnPremises, undoStartOnPremises } from "../failover/failback/start-on-premises";
import { stopReplica, undoStopReplica } from "../failover/failback/stop-replica";
import { synchronizeSite, undoSynchronizeSite } from "../failover/failback/synchronize-site";
import type { ActionPlace } from "./action-context";
import { actionSteps } from "./action-steps";
import {
  backRunOf,
  takingPart,
  type ActionRun,
  type PlanBackRun,
  type PlanMachine,
  type PlanRunGroup,
} from "./plan-run";
import {
  bootGroupName,
  FAILOVER_GROUP,
  MACHINES_AT_ONCE,
  PLAN_VM_TASK,
  PREREQUISITES_GROUP,
  SHUTDOWN_GROUP,
} from "./plan-steps";
import { changePlan, releasePlan } from "./settle-plan";

type Step = StepDefinition<OperationContext>;
type Context = StepContext<OperationContext>;
type Phase = Pick<Step, "name"> & {
  readonly title: string;
  run(step: Context, run: FailbackRun): ReturnType<Step["run"]>;
  undo(step: Context, run: FailbackRun): Promise<void>;
};

/** Ours: most of the data travels while the machines in Azure run. */
const BEFORE_GROUP = "All groups: synchronize data before failover";

/**
 * A plan's way back, in the shape of its way there: prerequisites; with ForDownTime the data of all machines while they run,
 * until a person completes the failover; the machines in Azure stop, in reverse boot order; what they wrote since is captured
 * and synchronized; then group by group they start at their site. It stops at the first error: machines that are back stay
 * back, the others run in Azure again, and a restart goes on with them.
 */
export function planBackSteps(run: PlanBackRun): readonly Step[] {
  const boots = run.groups.filter((group) => group.type === "Boot");
  const all = boots.flatMap((group) => group.machines);
  const service = (type: PlanRunGroup["type"]) => run.groups.find((group) => group.type === type);
  const stops = [...boots].reverse().flatMap((boot, index) => lane(run, boot.machines, STOP, SHUTDOWN_GROUP, index));
  const brings = [CAPTURE("final"), SYNCHRONIZE("final")].flatMap((phase, index) =>
    lane(run, all, phase, FAILOVER_GROUP, index),
  );
  return [
    ...lane(run, all, BEGIN, PREREQUISITES_GROUP, 0),
    ...(run.dataSyncOption === "ForDownTime" ? before(run, all) : []),
    ...withActions(run, service("Shutdown"), { group: "Shutdown", machines: all }, SHUTDOWN_GROUP, stops),
    ...withActions(run, service("Failover"), { group: "Failover", machines: all }, FAILOVER_GROUP, brings),
    ...boots.flatMap((group, index) => {
      const number = index + 1;
      const name = bootGroupName(number);
      const place = { group: String(number), machines: group.machines };
      return withActions(run, group, place, name, lane(run, group.machines, START, name, 0));
    }),
  ];
}

export async function settlePlanBack(
  context: OperationContext,
  job: Job,
  outcome: JobOutcome,
  run: PlanBackRun,
): Promise<void> {
  for (const machine of takingPart(run)) await settleFailback(context, job, backRunOf(run, machine.itemId));
  if (outcome.state === "Succeeded") {
    await changePlan(context, run.planId, { lastPlannedFailoverAt: context.clock.now().toISOString() });
  }
  await releasePlan(context, run.planId, job.id);
}

const BEGIN: Phase = {
  name: "VmFailbackPrerequisitesCheck",
  title: "Prerequisites check for failback of",
  run: beginFailback,
  undo: undoBeginFailback,
};
const CAPTURE = (moment: CaptureMoment): Phase => ({
  name: moment === "before" ? "VmCaptureReplicaBefore" : "VmCaptureReplica",
  title: moment === "before" ? "Capture what has been written in Azure by" : "Capture what has been written since by",
  run: (step, run) => captureReplica(step, run, moment),
  undo: (step, run) => undoCapture(step, run, moment),
});
const SYNCHRONIZE = (moment: CaptureMoment): Phase => ({
  name: moment === "before" ? "VmSynchronizeDataBefore" : "VmSynchronizeData",
  title: moment === "before" ? "Synchronize while it runs the disks of" : "Synchronize and verify the disks of",
  run: (step, run) => synchronizeSite(step, run, moment),
  undo: (step, run) => undoSynchronizeSite(step, run),
});
const STOP: Phase = {
  name: "VmShutdownVmOnSecondary",
  title: "Shut down in Azure",
  run: stopReplica,
  undo: undoStopReplica,
};
const START: Phase = {
  name: "VmFoStartVmOnPrimary",
  title: "Start at its site",
  run: startOnPremises,
  undo: undoStartOnPremises,
};

function before(run: PlanBackRun, all: readonly PlanMachine[]): Step[] {
  return [
    ...lane(run, all, CAPTURE("before"), BEFORE_GROUP, 0),
    ...lane(run, all, SYNCHRONIZE("before"), BEFORE_GROUP, 1),
    {
      name: "VmCompleteFailover",
      friendlyName: "Complete failover",
      taskType: "CompleteFailoverTask",
      groupName: BEFORE_GROUP,
      run: async (step) =>
        step.resumed === null
          ? { suspend: WAITING_FOR_COMPLETE_FAILOVER }
          : { details: completionDetails(step, step.resumed) },
      undo: async () => {},
    },
  ];
}

function lane(
  run: PlanBackRun,
  machines: readonly PlanMachine[],
  phase: Phase,
  groupName: string,
  index: number,
): Step[] {
  return machines.map(({ itemId, machineName, leftOut }) => {
    const own = backRunOf(run, itemId);
    return {
      name: phase.name,
      friendlyName: `${phase.title} ${machineName}`,
      taskType: PLAN_VM_TASK,
      groupName,
      lane: `${groupName} ${index}`,
      laneWidth: MACHINES_AT_ONCE,
      run: async (step) => (leftOut === null ? phase.run(step, own) : { skip: leftOut }),
      undo: async (step) => (leftOut === null ? phase.undo(step, own) : undefined),
    };
  });
}

function withActions(
  run: PlanBackRun,
  group: PlanRunGroup | undefined,
  where: Pick<ActionPlace, "group" | "machines">,
  groupName: string,
  machines: readonly Step[],
): Step[] {
  const as: ActionRun = {
    planName: run.planName,
    type: "Failback",
    direction: "RecoveryToPrimary",
    shutDownSource: true,
  };
  return [
    ...actionSteps(as, { ...where, position: "before" }, groupName, group?.startActions ?? []),
    ...machines,
    ...actionSteps(as, { ...where, position: "after" }, groupName, group?.endActions ?? []),
  ];
}
