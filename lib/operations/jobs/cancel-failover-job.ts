import {
  checkCancel,
  removeCancelled,
  startCancelled,
  stopCancelled,
  undoStartCancelled,
  undoStopCancelled,
  type CancelRun,
} from "../failover/cancel-failover";
import { itemJob, named } from "./item-job";

/** Back to the source, which never had what the replica wrote; until it runs, the replica can be run again. Names are ours. */
export const cancelFailoverJob = itemJob<CancelRun>({
  scenarioName: "CancelFailover",
  friendlyName: "Cancel failover",
  steps: (run) => [
    {
      ...named("CancelFailoverPreflightChecksTask", "VmCancelPrerequisitesCheck", "Prerequisites check"),
      run: (step) => checkCancel(step, run),
      undo: async () => {},
    },
    {
      ...named("ShutdownVmOnSecondary", "VmShutdownVmOnSecondary", "Shut down the replica virtual machine"),
      run: (step) => stopCancelled(step, run),
      undo: (step) => undoStopCancelled(step, run),
    },
    {
      ...named("StartVmOnPrimary", "VmFoStartVmOnPrimary", "Start the on-premises virtual machine"),
      run: (step) => startCancelled(step, run),
      undo: (step) => undoStartCancelled(step, run),
    },
    {
      ...named("CancelFailoverCleanupTask", "VmCancelCleanup", "Delete the replica and verify that nothing is left"),
      irrevocable: true,
      run: (step) => removeCancelled(step, run),
    },
  ],
});
