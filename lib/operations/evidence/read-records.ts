import type { EvidenceNote, FailoverRecord } from "@/lib/domain/failover-record";
import type { Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "../context";
import { OPEN_JOB_STATES } from "../open-job";
import { recordOfJob } from "./record-of-job";
import { isRecorded } from "./recorded-kinds";

/** Newest first, by declaration. Runs that are under way are shown as they are now, also before their first step. */
export async function readRecords(context: OperationContext, vault: Vault): Promise<FailoverRecord[]> {
  const records = await context.repositories.failoverRecords.list(vault.id);
  const open = await context.jobs.list({ vaultId: vault.id, states: OPEN_JOB_STATES });
  const running = new Map(open.filter((job) => isRecorded(job.scenarioName)).map((job) => [job.id, job]));
  const known = records.map((record) => asItIsNow(context, record, running.get(record.id) ?? null));
  const written = new Set(records.map((record) => record.id));
  const fresh = [...running.values()].filter((job) => !written.has(job.id));
  const all = await Promise.all([...fresh.map((job) => recordOfJob(context, job, null, null)), ...known]);
  return all.sort((a, b) => b.times.declaredAt.localeCompare(a.times.declaredAt));
}

/** Null: the vault has no such run. */
export async function readRecord(context: OperationContext, vault: Vault, id: string): Promise<FailoverRecord | null> {
  const record = await context.repositories.failoverRecords.get(id);
  if (record) {
    if (record.vaultId !== vault.id) return null;
    return asItIsNow(context, record, record.outcome === "InProgress" ? await context.jobs.get(id) : null);
  }
  const job = await context.jobs.get(id);
  if (job?.vaultId !== vault.id || !isRecorded(job.scenarioName)) return null;
  return recordOfJob(context, job, null, null);
}

export function readNotes(context: OperationContext, record: FailoverRecord): Promise<EvidenceNote[]> {
  return context.repositories.evidenceNotes.list(record.id);
}

async function asItIsNow(context: OperationContext, record: FailoverRecord, job: Job | null): Promise<FailoverRecord> {
  return job === null ? record : recordOfJob(context, job, record, null);
}
