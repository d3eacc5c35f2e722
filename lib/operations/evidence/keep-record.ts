import type { FailoverRecord } from "@/lib/domain/failover-record";
import type { Job } from "@/lib/jobs/job";
import type { JobOutcome } from "@/lib/jobs/job-definition";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { recordOfJob } from "./record-of-job";
import { isRecorded } from "./recorded-kinds";
import { canonicalJson } from "./report/canonical-json";

/** Writes down what is known of the run now. Repeatable; a run whose vault is gone has nowhere to be written to. */
export async function keepRecord(context: OperationContext, job: Job, outcome: JobOutcome | null): Promise<void> {
  const { failoverRecords, vaults } = context.repositories;
  if (job.vaultId === null || !(await vaults.get(job.vaultId))) return;
  const previous = await failoverRecords.get(job.id);
  const record = await recordOfJob(context, job, previous, outcome);
  await putIfChanged(context, previous, record);
}

/** After something was found out about a run that may have ended long ago. */
export async function refreshRecord(context: OperationContext, jobId: string): Promise<void> {
  const job = await context.jobs.get(jobId);
  if (job && isRecorded(job.scenarioName)) await keepRecord(context, job, null);
}

export async function putIfChanged(
  context: OperationContext,
  previous: FailoverRecord | null,
  record: FailoverRecord,
): Promise<void> {
  if (previous !== null && canonicalJson(previous) === canonicalJson(record)) return;
  await context.repositories.failoverRecords.put(record);
  announce(context, record.vaultId, "failoverRecords", record.id);
}
