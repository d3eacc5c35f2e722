import type { Job } from "@/lib/jobs/job";
import { changeItem } from "../../change-protected-item";
import type { OperationContext } from "../../context";
import { releaseItem } from "../../hold-protected-item";
import type { FailbackRun } from "./failback-run";

/** At the end of the job, however it ended: the item's state says what is really there, and the item is free. Repeatable. */
export async function settleFailback(context: OperationContext, job: Job, run: FailbackRun): Promise<void> {
  const item = await context.repositories.protectedItems.get(run.itemId);
  if (!item || item.heldByJobId !== job.id) return;
  await changeItem(context, item.id, (now) => {
    const isLeft = now.activeLocation === "Recovery" && now.state === "PlannedFailoverInitiated";
    return isLeft ? { state: "PlannedFailoverFailed" } : null;
  });
  await releaseItem(context, item.id, job.id);
}
