import type { VaultEvent } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { JobOutcome } from "@/lib/jobs/job-definition";
import { runnerMemory } from "@/lib/jobs/runner-memory";
import { announce } from "./announce";
import type { OperationContext } from "./context";

const SEVERITIES = { Succeeded: "OK", Failed: "Critical", Cancelled: "Warning" } as const;

/** In the service's words, e.g. "TestFailover - Failed". Repeatable: one event per attempt of a job. */
export async function recordJobEvent(context: OperationContext, job: Job, outcome: JobOutcome): Promise<void> {
  if (job.vaultId === null || !(await context.repositories.vaults.get(job.vaultId))) return;
  const id = `${job.id}_${runnerMemory(job).attempt}`;
  if (await context.repositories.events.get(id)) return;
  const event: VaultEvent = {
    id,
    vaultId: job.vaultId,
    at: context.clock.now().toISOString(),
    type: "JobStatus",
    severity: SEVERITIES[outcome.state],
    description: `${job.scenarioName} - ${outcome.state}`,
    affectedObject: job.targetName,
    jobId: job.id,
  };
  await context.repositories.events.insert(event);
  announce(context, job.vaultId, "replicationEvents", id);
}
