import type { ProtectedItem } from "@/lib/domain/entities";
import { isFailedOver } from "@/lib/domain/protection-state";
import type { Job } from "@/lib/jobs/job";
import type { JobOutcome } from "@/lib/jobs/job-definition";
import { changeItem } from "../change-protected-item";
import type { OperationContext } from "../context";
import { releaseItem } from "../hold-protected-item";
import type { ProtectedItemChanges } from "../ports/repositories";
import { runOf } from "../run-evidence";
import type { FailoverRun } from "./failover-run";
import { replicaOf } from "./replica";

/** At the end of the job, however it ended: the item's state says what is really there, and the item is free. Repeatable. */
export async function settleFailover(
  context: OperationContext,
  job: Job,
  outcome: JobOutcome,
  run: FailoverRun,
): Promise<void> {
  const item = await context.repositories.protectedItems.get(run.itemId);
  if (!item || item.heldByJobId !== job.id) return;
  const replica = await replicaOf(context, item.id, job.id);
  // An unplanned run of a plan goes on after a failure and undoes nothing; what did not become the machine must not run.
  if (replica && run.kind === "UnplannedFailover" && !isFailedOver(item)) {
    await context.region.remove(replica.id);
  }
  const isUp = replica !== null && replica.state !== "Creating";
  await changeItem(context, item.id, (now) => finalState(context, now, job, outcome, run, isUp));
  await releaseItem(context, item.id, job.id);
}

function finalState(
  context: OperationContext,
  item: ProtectedItem,
  job: Job,
  outcome: JobOutcome,
  run: FailoverRun,
  isUp: boolean,
): ProtectedItemChanges | null {
  switch (run.kind) {
    case "TestFailover": {
      if (item.testFailoverState !== "Running" && item.testFailoverState !== "None") return null;
      if (!isUp) return { testFailoverState: "None" };
      const recoveryPointId = runOf(item, job.id)?.recoveryPoint?.id ?? null;
      return {
        testFailoverState: "WaitingForCompletion",
        failoverRecoveryPointId: recoveryPointId,
        ...(outcome.state === "Succeeded" ? { lastTestFailoverAt: context.clock.now().toISOString() } : {}),
      };
    }
    case "PlannedFailover":
      return item.state === "PlannedFailoverInitiated" ? { state: "PlannedFailoverFailed" } : null;
    case "UnplannedFailover":
      if (item.state !== "UnplannedFailoverInitiated") return null;
      return { state: outcome.state === "Cancelled" ? "Protected" : "UnplannedFailoverCompletionFailed" };
  }
}
