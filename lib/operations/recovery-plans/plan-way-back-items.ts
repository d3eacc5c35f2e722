import type { StepContext, StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import {
  checkCancel,
  removeCancelled,
  startCancelled,
  stopCancelled,
  undoStartCancelled,
  undoStopCancelled,
} from "../failover/cancel-failover";
import {
  awaitReversePoint,
  checkReverse,
  finishReverse,
  initiateReverse,
  undoInitiateReverse,
} from "../failover/reverse-replicate";
import type { PlanItemsRun } from "./plan-run";
import { MACHINES_AT_ONCE, PLAN_VM_TASK } from "./plan-steps";

type Step = StepDefinition<OperationContext>;
type Context = StepContext<OperationContext>;
interface Phase {
  readonly name: string;
  readonly title: string;
  readonly irrevocable?: boolean;
  /** It only waits, so all machines do at once. */
  readonly isWait?: boolean;
  readonly run: (step: Context, of: { readonly itemId: string }) => ReturnType<Step["run"]>;
  readonly undo?: (step: Context, of: { readonly itemId: string }) => Promise<void>;
}

/** Phase by phase over all machines. The first error takes back what has not gone over; a restart goes on. */
function phased(run: PlanItemsRun, groupName: string, phases: readonly Phase[]): Step[] {
  return phases.flatMap((phase) =>
    run.machines.map(({ itemId, machineName }): Step => {
      const { undo } = phase;
      return {
        name: phase.name,
        friendlyName: `${phase.title} ${machineName}`,
        taskType: PLAN_VM_TASK,
        groupName,
        lane: phase.name,
        ...(phase.isWait === true ? {} : { laneWidth: MACHINES_AT_ONCE }),
        irrevocable: phase.irrevocable === true,
        run: (step) => phase.run(step, { itemId }),
        ...(undo ? { undo: (step) => undo(step, { itemId }) } : {}),
      };
    }),
  );
}

/** Of every machine whose failover is not committed. */
export function planCancelSteps(run: PlanItemsRun): readonly Step[] {
  return phased(run, "All groups: cancel failover", [
    { name: "VmCancelPrerequisitesCheck", title: "Prerequisites check for", run: checkCancel, undo: async () => {} },
    { name: "VmShutdownVmOnSecondary", title: "Shut down in Azure", run: stopCancelled, undo: undoStopCancelled },
    { name: "VmFoStartVmOnPrimary", title: "Start at its site", run: startCancelled, undo: undoStartCancelled },
    { name: "VmCancelCleanup", title: "Delete and verify the replica of", run: removeCancelled, irrevocable: true },
  ]);
}

/** Of every machine that came back and was committed. */
export function planReverseSteps(run: PlanItemsRun): readonly Step[] {
  return phased(run, "All groups: reverse replication", [
    {
      name: "VmReverseReplicationPrerequisitesCheck",
      title: "Prerequisites check for",
      run: checkReverse,
      undo: async () => {},
    },
    {
      name: "VmInitiateReverseReplication",
      title: "Start reverse replication of",
      run: initiateReverse,
      undo: undoInitiateReverse,
    },
    {
      name: "VmStartInitialReplication",
      title: "Replicate what has changed since of",
      run: awaitReversePoint,
      undo: async () => {},
      isWait: true,
    },
    { name: "UpdateDraState", title: "Updating the provider states for", run: finishReverse, irrevocable: true },
  ]);
}
