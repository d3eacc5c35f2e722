import {
  checkChangePoint,
  deleteFormer,
  makeChanged,
  replaceByChanged,
  undoMakeChanged,
  undoReplaceByChanged,
  type ChangePointRun,
} from "../failover/change-point";
import { completeReplicaDisks } from "../failover/make-and-start";
import { itemJob, named } from "./item-job";

/**
 * The new replica is written and proven beside the old one, which runs on; then the old one stops, the new one starts, and
 * only when it has proven itself the old one goes. A failure on the way starts the old one again. Started instantly, the new
 * one is completed and proven while it runs, and the old one's disks are kept until then.
 */
export const changeRecoveryPointJob = itemJob<ChangePointRun>({
  scenarioName: "ChangePit",
  friendlyName: "Change recovery point",
  steps: (run) => [
    {
      ...named("ChangePitPreflightChecksTask", "VmChangePitPrerequisitesCheck", "Prerequisites check"),
      run: (step) => checkChangePoint(step, run),
      undo: async () => {},
    },
    {
      ...named("ChangePitTask", "VmChangePit", "Create and verify the disks of the other recovery point"),
      run: (step) => makeChanged(step, run),
      undo: (step) => undoMakeChanged(step, run),
    },
    {
      ...named("StartVmOnSecondary", "VmChangePitStartVm", "Replace and start the replica virtual machine"),
      run: (step) => replaceByChanged(step, run),
      undo: (step) => undoReplaceByChanged(step, run),
    },
    ...(run.startInstantly === true
      ? [
          {
            ...named(
              "CompleteDisksTask",
              "VmChangePitCompleteDisks",
              "Complete and verify the disks behind the running machine",
            ),
            irrevocable: true,
            run: (step: Parameters<typeof completeReplicaDisks>[0]) => completeReplicaDisks(step, run.itemId),
          },
        ]
      : []),
    {
      ...named("ChangePitCleanupTask", "VmChangePitCleanup", "Delete the former replica"),
      irrevocable: true,
      run: (step) => deleteFormer(step, run),
    },
  ],
});
