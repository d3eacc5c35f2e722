import type { JobChanges } from "@/lib/jobs/job-changes";
import type { LiveEvents } from "@/lib/operations/ports/live-events";

/** Jobs as live events, for the notification bar and the pages that are open. */
export function publishJobs(changes: JobChanges, live: LiveEvents): void {
  changes.listen((job, step) => {
    const shown = step ? changes.withProgress(step) : null;
    live.publish({
      type: "job",
      vaultId: job.vaultId,
      jobId: job.id,
      friendlyName: job.friendlyName,
      state: job.state,
      targetName: job.targetName,
      progress: shown?.progress ?? null,
      stepName: shown?.friendlyName ?? null,
      errorMessage: job.errors[0]?.message ?? null,
    });
  });
}
