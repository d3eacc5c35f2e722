import type { StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { beginFailover, undoBegin } from "../failover/begin-failover";
import { makeFailoverReplica, startFailoverReplica, undoMakeReplica } from "../failover/make-and-start";
import { preparePoint, undoPreparePoint } from "../failover/prepare-point";
import { shutDownSource, undoShutDown } from "../failover/shut-down-source";
import type { ActionPlace } from "./action-context";
import { actionSteps } from "./action-steps";
import { actionRunOf, machineRun, takingPart, type PlanMachine, type PlanRun } from "./plan-run";

type Step = StepDefinition<OperationContext>;
type Group = PlanRun["groups"][number];

/** Names of the group tasks; the presenter tells the kinds of groups apart by them. */
export const PREREQUISITES_GROUP = "All groups: prerequisites";
export const SHUTDOWN_GROUP = "All groups: shutdown";
export const FAILOVER_GROUP = "All groups: failover";
export const bootGroupName = (number: number): string => `Group ${number}`;
export const PLAN_VM_TASK = "RecoveryPlanVmTask";
/** Machines of a group that are worked on at the same time: each that starts takes its memory and waits for the same cores. */
export const MACHINES_AT_ONCE = 6;

/**
 * The run of a plan (asr reference 9): prerequisites; shutdown of all machines, in reverse boot order (our inference), not in
 * a test; the disks of all machines at the same time; then group by group, the machines of a group at the same time, with
 * the actions before and after. Planned and test runs stop at the first error and take back what is not over yet; machines
 * that are over stay over, actions that succeeded stay done, and a restart goes on with the rest. An unplanned run goes on
 * and marks what failed.
 */
export function planSteps(run: PlanRun): readonly Step[] {
  const boots = run.groups.filter((group) => group.type === "Boot");
  return [
    ...(run.kind === "UnplannedFailover" ? eachPrerequisites(run) : [prerequisites(run)]),
    ...(run.kind === "TestFailover" ? [] : shutdownSteps(run, boots)),
    ...failoverSteps(run, boots),
    ...boots.flatMap((group, index) => bootSteps(run, group, index + 1)),
  ];
}

function prerequisites(run: PlanRun): Step {
  const machines = takingPart(run);
  return {
    name: "RecoveryPlanPrerequisitesCheck",
    friendlyName: "Prerequisites check for the recovery plan",
    taskType: "RecoveryPlanPreflightChecksTask",
    run: async (step) => {
      for (const machine of machines) await beginFailover(step, machineRun(run, machine));
      const leftOut = run.groups.flatMap((group) => group.machines).filter((machine) => machine.leftOut !== null);
      return {
        details: {
          machines: machines.map((machine) => machine.machineName),
          ...(leftOut.length === 0
            ? {}
            : { leftOut: leftOut.map((one) => `${one.machineName}: ${one.leftOut ?? ""}`) }),
        },
      };
    },
    undo: async (step) => {
      for (const machine of machines) await undoBegin(step, machineRun(run, machine));
    },
  };
}

/** Machine by machine, so that one that cannot go does not keep the others. */
function eachPrerequisites(run: PlanRun): Step[] {
  return run.groups
    .filter((group) => group.type === "Boot")
    .flatMap((group) => group.machines)
    .map((machine) =>
      machineStep(run, machine, {
        name: "VmUfoPrerequisitesCheck",
        friendlyName: `Prerequisites check for ${machine.machineName}`,
        groupName: PREREQUISITES_GROUP,
        lane: "prerequisites",
        run: (step) => beginFailover(step, machineRun(run, machine)),
        undo: (step) => undoBegin(step, machineRun(run, machine)),
      }),
    );
}

function shutdownSteps(run: PlanRun, boots: readonly Group[]): Step[] {
  const group = run.groups.find((candidate) => candidate.type === "Shutdown");
  const machines = [...boots].reverse().flatMap((boot, index) =>
    boot.machines.map((machine) =>
      machineStep(run, machine, {
        name: "ShutdownVmOnPrimary",
        friendlyName: `Shut down ${machine.machineName}`,
        groupName: SHUTDOWN_GROUP,
        lane: `shutdown ${index}`,
        run: (step) => shutDownSource(step, machineRun(run, machine)),
        undo: (step) => undoShutDown(step, machineRun(run, machine)),
      }),
    ),
  );
  const everywhere = boots.flatMap((boot) => boot.machines);
  return withActions(run, group, { group: "Shutdown", machines: everywhere }, SHUTDOWN_GROUP, machines);
}

function failoverSteps(run: PlanRun, boots: readonly Group[]): Step[] {
  const group = run.groups.find((candidate) => candidate.type === "Failover");
  const all = boots.flatMap((boot) => boot.machines);
  const prepare = all.map((machine) =>
    machineStep(run, machine, {
      name: "VmPrepareForFailover",
      friendlyName: `Prepare the recovery point of ${machine.machineName}`,
      groupName: FAILOVER_GROUP,
      lane: "prepare",
      run: (step) => preparePoint(step, machineRun(run, machine)),
      undo: (step) => undoPreparePoint(step, machineRun(run, machine)),
    }),
  );
  const make = all.map((machine) =>
    machineStep(run, machine, {
      name: run.kind === "TestFailover" ? "VmTestFailover" : "VmFailover",
      friendlyName: `Create and verify the disks of ${machine.machineName}`,
      groupName: FAILOVER_GROUP,
      lane: "make",
      run: (step) => makeFailoverReplica(step, machineRun(run, machine)),
      undo: (step) => undoMakeReplica(step, machineRun(run, machine)),
    }),
  );
  return withActions(run, group, { group: "Failover", machines: all }, FAILOVER_GROUP, [...prepare, ...make]);
}

function bootSteps(run: PlanRun, group: Group, number: number): Step[] {
  const groupName = bootGroupName(number);
  const machines = group.machines.map((machine) =>
    machineStep(run, machine, {
      name: run.kind === "TestFailover" ? "VmTfoStartVm" : "VmFoStartVmOnSecondary",
      friendlyName: `Start ${machine.machineName}`,
      groupName,
      lane: groupName,
      run: (step) => startFailoverReplica(step, machineRun(run, machine)),
      undo: async () => {},
    }),
  );
  return withActions(run, group, { group: String(number), machines: group.machines }, groupName, machines);
}

function withActions(
  run: PlanRun,
  group: Group | undefined,
  where: Pick<ActionPlace, "group" | "machines">,
  groupName: string,
  machines: readonly Step[],
): Step[] {
  const actions = (position: ActionPlace["position"], list: Group["startActions"] = []) =>
    actionSteps(actionRunOf(run), { ...where, position }, groupName, list);
  return [...actions("before", group?.startActions), ...machines, ...actions("after", group?.endActions)];
}

function machineStep(run: PlanRun, machine: PlanMachine, step: Omit<Step, "taskType">): Step {
  const { leftOut } = machine;
  const goesOn = run.kind === "UnplannedFailover";
  const common = { ...step, taskType: PLAN_VM_TASK, continueOnFailure: goesOn, laneWidth: MACHINES_AT_ONCE };
  return leftOut === null ? common : { ...common, run: async () => ({ skip: leftOut }), undo: async () => {} };
}
