import type { Job, JobStep } from "./job";

/** Tells listeners inside this process that a job moved; other processes see it when they read the store. */
export type JobListener = (job: Job, step: JobStep | null) => void;

/** Progress in memory, listeners, and wake-ups: what the queue and the runner of one process share. */
export class JobChanges {
  private readonly listeners = new Set<JobListener>();
  private readonly cancelled = new Set<(jobId: string) => void>();
  private readonly progress = new Map<string, NonNullable<JobStep["progress"]>>();
  private waiters: (() => void)[] = [];

  listen(listener: JobListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onCancel(listener: (jobId: string) => void): void {
    this.cancelled.add(listener);
  }

  publish(job: Job, step: JobStep | null): void {
    for (const listener of this.listeners) listener(job, step);
    // Steps and their progress are for those who watch; whoever waits, waits for a job.
    if (step === null) this.wake();
  }

  cancel(jobId: string): void {
    for (const listener of this.cancelled) listener(jobId);
    this.wake();
  }

  /** Resolves at the next change of any job. */
  next(): Promise<void> {
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  wake(): void {
    const waiting = this.waiters;
    this.waiters = [];
    for (const resolve of waiting) resolve();
  }

  setProgress(jobId: string, index: number, progress: NonNullable<JobStep["progress"]> | null): void {
    const key = `${jobId}/${index}`;
    if (progress === null) this.progress.delete(key);
    else this.progress.set(key, progress);
  }

  /** The step with its newest progress, which the store may not have yet. */
  withProgress(step: JobStep): JobStep {
    const progress = this.progress.get(`${step.jobId}/${step.index}`);
    return progress === undefined ? step : { ...step, progress };
  }
}
