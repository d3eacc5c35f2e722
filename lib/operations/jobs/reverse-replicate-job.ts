import {
  awaitReversePoint,
  checkReverse,
  finishReverse,
  initiateReverse,
  undoInitiateReverse,
  type ReverseRun,
} from "../failover/reverse-replicate";
import { itemJob, named } from "./item-job";

/** Task names as recorded from the service for VMM sites (asr reference 3.5), as far as there is something to do. */
export const reverseReplicateJob = itemJob<ReverseRun>({
  scenarioName: "ReverseReplication",
  friendlyName: "Reverse replication",
  steps: (run) => [
    {
      ...named(
        "VmReverseReplicationPrerequisitesCheck",
        "VmReverseReplicationPrerequisitesCheck",
        "Prerequisites check",
      ),
      run: (step) => checkReverse(step, run),
      undo: async () => {},
    },
    {
      ...named("VmInitiateReverseReplication", "VmInitiateReverseReplication", "Start reverse replication"),
      run: (step) => initiateReverse(step, run),
      undo: (step) => undoInitiateReverse(step, run),
    },
    {
      ...named(
        "VmStartInitialReplication",
        "VmStartInitialReplication",
        "Replicate what has changed since the failback",
      ),
      run: (step) => awaitReversePoint(step, run),
      undo: async () => {},
    },
    {
      ...named("UpdateDraState", "UpdateDraState", "Updating the provider states"),
      irrevocable: true,
      run: (step) => finishReverse(step, run),
    },
  ],
});
