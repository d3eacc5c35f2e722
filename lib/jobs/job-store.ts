import type { Job, JobState, JobStep, StepState } from "./job";

/**
 * Where jobs live. One row a job, one row a step. Adapter: persistence; in-memory twin: lib/testing/memory-job-store.
 *
 * The lease (`owner`, `leaseUntil`) says which process runs a job. It is not part of `Job`: nobody but the runner cares.
 * Every write of a runner names its owner and is refused when the lease has gone to somebody else (fencing), so that a
 * process that was only frozen cannot overwrite what its successor did.
 */
export interface JobStore {
  /** Job and steps become visible together, or not at all. Rejects when the id exists. */
  create(job: Job, steps: readonly JobStep[]): Promise<void>;
  get(jobId: string): Promise<Job | null>;
  /** In order of `index`. Empty for an unknown job. */
  steps(jobId: string): Promise<JobStep[]>;
  /** Newest first (createdAt, then id). */
  list(query: JobQuery): Promise<Job[]>;
  /** Jobs in state NotStarted or InProgress with whoever holds them, oldest first. */
  open(): Promise<OpenJob[]>;
  /**
   * Atomic. Takes the lease of an open job when it is free, has run out at `now`, is `owner`'s own already, or belongs to
   * `takeOverFrom` (an owner known to be dead). False otherwise.
   */
  claim(jobId: string, lease: Lease & { readonly now: string; readonly takeOverFrom: string | null }): Promise<boolean>;
  /** Prolongs; false when the lease is no longer `owner`'s. */
  renew(jobId: string, lease: Lease): Promise<boolean>;
  /**
   * One transaction: checks the guard, then writes the changes to the job and its steps. False (nothing written) when the
   * guard does not hold or the job is gone. `releaseLease` gives the lease back in the same transaction.
   */
  update(jobId: string, guard: UpdateGuard, changes: JobUpdate): Promise<boolean>;
  /** Of these, the ones that have ended, with their steps. */
  forget(jobIds: readonly string[]): Promise<void>;
  /** Jobs of a vault and their steps, when the vault is deleted. */
  deleteOfVault(vaultId: string): Promise<void>;
}

export interface Lease {
  readonly owner: string;
  /** ISO 8601 UTC. */
  readonly leaseUntil: string;
}

export interface OpenJob {
  readonly job: Job;
  readonly owner: string | null;
  readonly leaseUntil: string | null;
}

/** All given conditions must hold. */
export interface UpdateGuard {
  /** The lease is this owner's. */
  readonly owner?: string;
  /** The job is in one of these states. */
  readonly states?: readonly JobState[];
  /** Each of these steps is in the given state. */
  readonly stepStates?: readonly { readonly index: number; readonly state: StepState }[];
}

export interface JobUpdate {
  readonly job?: JobChanges;
  /** By index; only the given fields change. */
  readonly steps?: readonly ({ readonly index: number } & StepChanges)[];
  readonly releaseLease?: boolean;
}

export type JobChanges = Partial<
  Pick<
    Job,
    | "state"
    | "stateDescription"
    | "memory"
    | "startedAt"
    | "endedAt"
    | "cancelRequestedAt"
    | "cancelRequestedBy"
    | "errors"
    | "comments"
  >
>;
export type StepChanges = Partial<
  Pick<JobStep, "state" | "startedAt" | "endedAt" | "progress" | "details" | "childJobId" | "errors">
>;

/** All given conditions must hold. */
export interface JobQuery {
  readonly vaultId?: string;
  readonly states?: readonly JobState[];
  readonly scenarioNames?: readonly string[];
  readonly targetId?: string;
  readonly parentJobId?: string;
  /** createdAt within, inclusive; ISO 8601 UTC. */
  readonly createdFrom?: string;
  readonly createdUntil?: string;
  /** So many of the newest are passed over. */
  readonly skip?: number;
  readonly limit?: number;
}
