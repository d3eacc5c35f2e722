import type { StepDefinition } from "@/lib/jobs/job-definition";
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
import { phased } from "./phased-steps";
import type { PlanItemsRun } from "./plan-run";

type Step = StepDefinition<OperationContext>;

/** Of every machine whose failover is not committed. */
export function planCancelSteps(run: PlanItemsRun): readonly Step[] {
  return phased(run.machines, "All groups: cancel failover", [
    { name: "VmCancelPrerequisitesCheck", title: "Prerequisites check for", run: checkCancel, undo: async () => {} },
    { name: "VmShutdownVmOnSecondary", title: "Shut down in Azure", run: stopCancelled, undo: undoStopCancelled },
    { name: "VmFoStartVmOnPrimary", title: "Start at its site", run: startCancelled, undo: undoStartCancelled },
    { name: "VmCancelCleanup", title: "Delete and verify the replica of", run: removeCancelled, irrevocable: true },
  ]);
}

/** Of every machine that came back and was committed. */
export function planReverseSteps(run: PlanItemsRun): readonly Step[] {
  return phased(run.machines, "All groups: reverse replication", [
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
      width: "all",
    },
    { name: "UpdateDraState", title: "Updating the provider states for", run: finishReverse, irrevocable: true },
  ]);
}
