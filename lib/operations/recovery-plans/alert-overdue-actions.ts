import type { VaultEvent } from "@/lib/domain/entities";
import type { Job, JobStep } from "@/lib/jobs/job";
import { runnerMemory } from "@/lib/jobs/runner-memory";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { MANUAL_ACTION } from "./action-steps";

/**
 * Says once, in the vault's events, of every manual action that has waited longer than it may. What was said is known by
 * the event itself, so that neither a restart nor a clock that steps back says it again. Returns how many were said now.
 */
export async function alertOverdueActions(context: OperationContext): Promise<number> {
  const now = context.clock.now().toISOString();
  let alerts = 0;
  for (const job of await context.jobs.list({ states: ["Suspended"] })) {
    if (job.vaultId === null) continue;
    for (const step of await context.jobs.steps(job.id)) {
      if (isOverdue(step, now) && (await say(context, job, job.vaultId, step, now))) alerts += 1;
    }
  }
  return alerts;
}

function isOverdue(step: JobStep, now: string): boolean {
  const { overdueAt } = step.details;
  const isWaiting = step.name === MANUAL_ACTION && step.state === "Suspended";
  return isWaiting && typeof overdueAt === "string" && overdueAt <= now;
}

async function say(context: OperationContext, job: Job, vaultId: string, step: JobStep, at: string): Promise<boolean> {
  const id = `${job.id}_overdue_${step.index}_${runnerMemory(job).attempt}`;
  if (await context.repositories.events.get(id)) return false;
  const { waitingSince, overdueAt } = step.details;
  const event: VaultEvent = {
    id,
    vaultId,
    at,
    type: "JobStatus",
    severity: "Warning",
    description: `Manual action overdue - '${step.friendlyName}' waits since ${String(waitingSince)}, was due at ${String(overdueAt)}`,
    affectedObject: job.targetName,
    jobId: job.id,
  };
  await context.repositories.events.insert(event);
  announce(context, vaultId, "replicationEvents", id);
  announce(context, vaultId, "replicationJobs", job.id);
  return true;
}
