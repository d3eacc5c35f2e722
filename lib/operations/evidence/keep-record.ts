import type { FailoverRecord } from "@/lib/domain/failover-record";
import type { Job } from "@/lib/jobs/job";
import type { JobOutcome } from "@/lib/jobs/job-definition";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { recordOfJob } from "./record-of-job";
import { isRecorded } from "./recorded-kinds";
import { canonicalJson } from "./report/canonical-json";

const ATTEMPTS = 10;

/** Writes down what is known of the run now. Repeatable; a run whose vault is gone has nowhere to be written to. */
export async function keepRecord(context: OperationContext, job: Job, outcome: JobOutcome | null): Promise<void> {
  if (job.vaultId === null || !(await context.repositories.vaults.get(job.vaultId))) return;
  await changeRecord(context, job.id, (previous) => recordOfJob(context, job, previous, outcome));
}

/** After something was found out about a run that may have ended long ago, or may be ending just now. */
export async function refreshRecord(context: OperationContext, jobId: string): Promise<void> {
  const job = await context.jobs.get(jobId);
  if (!job || !isRecorded(job.scenarioName)) return;
  await changeRecord(context, jobId, async (previous) => {
    const record = await recordOfJob(context, job, previous, null);
    if (previous === null || previous.outcome === "InProgress" || record.outcome !== "InProgress") return record;
    // The job settles beside us: that it has ended is already written here and not yet there.
    return { ...record, outcome: previous.outcome, times: { ...record.times, endedAt: previous.times.endedAt } };
  });
}

/** Made anew when somebody else wrote meanwhile: a proof and the end of the job may come together. */
export async function changeRecord(
  context: OperationContext,
  id: string,
  change: (previous: FailoverRecord | null) => Promise<FailoverRecord>,
): Promise<void> {
  const { failoverRecords } = context.repositories;
  for (let attempt = 1; ; attempt += 1) {
    const previous = await failoverRecords.get(id);
    const record = await change(previous);
    const before = canonicalJson(previous);
    if (before === canonicalJson(record)) return;
    if (before !== canonicalJson(await failoverRecords.get(id)) && attempt < ATTEMPTS) continue;
    await failoverRecords.put(record);
    announce(context, record.vaultId, "failoverRecords", record.id);
    return;
  }
}
