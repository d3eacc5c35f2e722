import { BugError } from "@/lib/kernel/assert";
import type { Job, JobStep } from "@/lib/jobs/job";
import type { JobQuery, JobStore, JobUpdate, Lease, OpenJob, UpdateGuard } from "@/lib/jobs/job-store";

interface Row {
  job: Job;
  steps: JobStep[];
  owner: string | null;
  leaseUntil: string | null;
}

const copy = <T>(value: T): T => structuredClone(value);

/** The job store's in-memory twin: what is in it is what a database file would still have after a kill. */
export class MemoryJobStore implements JobStore {
  private readonly rows = new Map<string, Row>();

  async create(job: Job, steps: readonly JobStep[]): Promise<void> {
    if (this.rows.has(job.id)) throw new BugError(`job ${job.id} exists`);
    this.rows.set(job.id, { job: copy(job), steps: copy([...steps]), owner: null, leaseUntil: null });
  }

  async get(jobId: string): Promise<Job | null> {
    const row = this.rows.get(jobId);
    return row ? copy(row.job) : null;
  }

  async steps(jobId: string): Promise<JobStep[]> {
    return copy(this.rows.get(jobId)?.steps ?? []);
  }

  async list(query: JobQuery): Promise<Job[]> {
    const jobs = [...this.rows.values()]
      .map((row) => row.job)
      .filter((job) => matches(job, query))
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
    return copy(query.limit === undefined ? jobs : jobs.slice(0, query.limit));
  }

  async open(): Promise<OpenJob[]> {
    return [...this.rows.values()]
      .filter((row) => row.job.state === "NotStarted" || row.job.state === "InProgress")
      .sort((a, b) => a.job.createdAt.localeCompare(b.job.createdAt) || a.job.id.localeCompare(b.job.id))
      .map((row) => copy({ job: row.job, owner: row.owner, leaseUntil: row.leaseUntil }));
  }

  async claim(jobId: string, lease: Lease & { now: string; takeOverFrom: string | null }): Promise<boolean> {
    const row = this.rows.get(jobId);
    if (!row || (row.job.state !== "NotStarted" && row.job.state !== "InProgress")) return false;
    const free =
      row.owner === null ||
      row.owner === lease.owner ||
      row.owner === lease.takeOverFrom ||
      (row.leaseUntil ?? "") <= lease.now;
    if (!free) return false;
    row.owner = lease.owner;
    row.leaseUntil = lease.leaseUntil;
    return true;
  }

  async renew(jobId: string, lease: Lease): Promise<boolean> {
    const row = this.rows.get(jobId);
    if (!row || row.owner !== lease.owner) return false;
    row.leaseUntil = lease.leaseUntil;
    return true;
  }

  async update(jobId: string, guard: UpdateGuard, changes: JobUpdate): Promise<boolean> {
    const row = this.rows.get(jobId);
    if (!row) return false;
    if (guard.owner !== undefined && row.owner !== guard.owner) return false;
    if (guard.states !== undefined && !guard.states.includes(row.job.state)) return false;
    const isOff = ({ index, state }: { index: number; state: JobStep["state"] }) => row.steps[index]?.state !== state;
    if (guard.stepStates?.some(isOff)) return false;
    row.job = copy({ ...row.job, ...changes.job });
    for (const { index, ...step } of changes.steps ?? []) {
      row.steps = row.steps.map((old) => (old.index === index ? copy({ ...old, ...step }) : old));
    }
    if (changes.releaseLease === true) {
      row.owner = null;
      row.leaseUntil = null;
    }
    return true;
  }

  async deleteOfVault(vaultId: string): Promise<void> {
    for (const [id, row] of this.rows) if (row.job.vaultId === vaultId) this.rows.delete(id);
  }
}

function matches(job: Job, query: JobQuery): boolean {
  return (
    (query.vaultId === undefined || job.vaultId === query.vaultId) &&
    (query.states === undefined || query.states.includes(job.state)) &&
    (query.scenarioNames === undefined || query.scenarioNames.includes(job.scenarioName)) &&
    (query.targetId === undefined || job.targetId === query.targetId) &&
    (query.parentJobId === undefined || job.parentJobId === query.parentJobId) &&
    (query.createdFrom === undefined || job.createdAt >= query.createdFrom) &&
    (query.createdUntil === undefined || job.createdAt <= query.createdUntil)
  );
}
