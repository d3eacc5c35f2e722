import type { Job, JobAction, JobStep } from "./job";
import type { JobQuery } from "./job-store";
import type { Resumption } from "./runner-memory";

export interface EnqueueRequest {
  /** Given when something had to be marked with the job's id before the job existed; else made here. */
  readonly id?: string;
  readonly scenarioName: string;
  readonly vaultId: string | null;
  /** JSON. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly target: { readonly id: string; readonly name: string; readonly type: string };
  readonly parentJobId?: string;
}

export interface ResumeDetails extends Pick<Resumption, "by" | "evidence"> {
  /** Only this step, or none. */
  readonly stepIndex?: number;
}

/** How operations start long work, and how people look at it and steer it. */
export interface JobQueue {
  /** Durable when it resolves: the job will run even if the process dies now. */
  enqueue(request: EnqueueRequest): Promise<Job>;
  /** With the progress of running steps as it is in memory. */
  get(jobId: string): Promise<Job | null>;
  steps(jobId: string): Promise<JobStep[]>;
  list(query: JobQuery): Promise<Job[]>;
  /** What a person may do with it now: the one place that decides. */
  allowedActions(job: Job, steps: readonly JobStep[]): readonly JobAction[];
  /** By whom, when somebody did. Refusal JobActionNotAllowed unless allowed; the job ends at the next step boundary. */
  cancel(jobId: string, by?: string): Promise<Job>;
  /** A new attempt from the failed step. Refusal JobActionNotAllowed unless allowed. */
  restart(jobId: string, by?: string): Promise<Job>;
  /**
   * Goes on after a suspension. Of several people who do it at once exactly one succeeds. Refusal JobActionNotAllowed unless
   * suspended (it names who resumed it last, and when), CommentsRequired when they are empty.
   */
  resume(jobId: string, comments: string, more?: ResumeDetails): Promise<Job>;
  /** Of these, the ones that have ended are gone for good, with their steps. */
  forget(jobIds: readonly string[]): Promise<void>;
  /** Resolves when the job has ended (Succeeded, Failed or Cancelled). */
  waitForEnd(jobId: string, signal?: AbortSignal): Promise<Job>;
}
