import type { Job } from "@/lib/jobs/job";
import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import {
  deleteReplicated,
  goOnReplicating,
  removeFromVault,
  stopReplication,
  type EndOfProtection,
} from "../end-protection";
import { holdAgain, releaseItem } from "../hold-protected-item";

/** A replica that has become the machine stays: it is not tied to its source any more. */
export const disableProtectionJob: JobDefinition<OperationContext> = {
  scenarioName: "DisableDr",
  friendlyName: "Disable protection",
  steps: (input) => disableSteps(itemIdOf(input)),
  beforeRestart: async (context, job) => {
    if (await context.repositories.protectedItems.get(itemIdOf(job.input))) {
      await holdAgain(context, itemIdOf(job.input), job.id);
    }
  },
  settle: (context, job) => releaseItem(context, itemIdOf(job.input), job.id),
};

export function disableSteps(
  itemId: string,
  operation: EndOfProtection = "DisableProtection",
): readonly StepDefinition<OperationContext>[] {
  return [
    {
      name: "StopReplication",
      friendlyName: "Stop replication",
      taskType: "DisableDrStopReplication",
      run: (step) => stopReplication(step, itemId, operation),
      undo: (step) => goOnReplicating(step, itemId),
    },
    {
      name: "DeleteRecoveryPoints",
      friendlyName: "Delete the recovery points and give back their space",
      taskType: "DisableDrDeleteRecoveryPoints",
      irrevocable: true,
      run: (step) => deleteReplicated(step, itemId),
    },
    {
      name: "RemoveProtectedItem",
      friendlyName: "Remove the machine from the vault",
      taskType: "DisableDrRemove",
      run: (step) => removeFromVault(step, itemId),
    },
  ];
}

function itemIdOf(input: Job["input"]): string {
  return String(input["itemId"]);
}
