import type { ExecutionParts } from "./execution-parts";
import { JobExecution } from "./job-execution";
import { LeaseLost } from "./job-record";
import type { OpenJob } from "./job-store";

export interface RunnerOptions {
  /** Whether the process that calls itself so is certainly gone; its jobs are then taken over at once. */
  readonly isOwnerDead: (owner: string) => boolean;
  /** Jobs at once, most of which wait for somebody else; children of running jobs come on top, since their parents wait for them. */
  readonly concurrencyMax?: number;
  readonly leaseMs?: number;
  readonly pollMs?: number;
  /** What could not be recorded in a job, because its store failed: for the log. The job is tried again. */
  readonly onTrouble: (error: unknown, jobId: string | null) => void;
}

/** Takes open jobs and runs them. Several runners may share one store; the lease decides. */
export class JobRunner<S> {
  private readonly running = new Map<string, { execution: JobExecution<S>; child: boolean; ended: Promise<void> }>();
  /** Jobs whose store failed under them: not before (monotonic), after how many failures. */
  private readonly troubled = new Map<string, { notBeforeMs: number; count: number }>();
  private readonly stopping = new AbortController();
  private loops: Promise<unknown> = Promise.resolve();
  private readonly leaseMs: number;

  constructor(
    private readonly parts: ExecutionParts<S>,
    private readonly options: RunnerOptions,
  ) {
    this.leaseMs = options.leaseMs ?? 15_000;
    parts.changes.onCancel((jobId) => this.running.get(jobId)?.execution.cancel());
  }

  start(): void {
    this.loops = Promise.all([this.takeJobs(), this.keepLeases()]);
  }

  /** Ends within the time that running steps need to notice; their jobs go on in the next process. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.parts.changes.wake();
    for (const { execution } of this.running.values()) execution.letGo();
    await Promise.all([this.loops, ...[...this.running.values()].map((job) => job.ended)]);
  }

  private async takeJobs(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const changed = this.parts.changes.next();
      try {
        for (const open of await this.parts.store.open()) await this.take(open);
      } catch (error) {
        this.options.onTrouble(error, null);
      }
      await this.pause(this.options.pollMs ?? 1_000, changed);
    }
  }

  private async take({ job, owner, leaseUntil }: OpenJob): Promise<void> {
    if (this.running.has(job.id) || this.stopping.signal.aborted) return;
    if ((this.troubled.get(job.id)?.notBeforeMs ?? 0) > this.parts.clock.monotonicMs()) return;
    const isChild = job.parentJobId !== null;
    const busy = [...this.running.values()].filter((entry) => !entry.child).length;
    if (!isChild && busy >= (this.options.concurrencyMax ?? 64)) return;
    const takeOverFrom = owner !== null && this.options.isOwnerDead(owner) ? owner : null;
    const now = this.parts.clock.now().toISOString();
    if (owner !== null && owner !== this.parts.owner && takeOverFrom === null && (leaseUntil ?? "") > now) return;
    const lease = { owner: this.parts.owner, leaseUntil: this.leaseEnd(), now, takeOverFrom };
    if (await this.parts.store.claim(job.id, lease)) this.run(job.id, isChild);
  }

  private run(jobId: string, child: boolean): void {
    const execution = new JobExecution(this.parts, jobId);
    const ended = execution
      .run()
      .then(() => void this.troubled.delete(jobId))
      .catch((error: unknown) => {
        if (!(error instanceof LeaseLost) && !this.stopping.signal.aborted) this.trouble(error, jobId);
      })
      .finally(() => {
        this.running.delete(jobId);
        this.parts.changes.wake();
      });
    this.running.set(jobId, { execution, child, ended });
  }

  private trouble(error: unknown, jobId: string): void {
    const count = (this.troubled.get(jobId)?.count ?? 0) + 1;
    const waitMs = Math.min(30_000, 1_000 * 2 ** (count - 1));
    this.troubled.set(jobId, { notBeforeMs: this.parts.clock.monotonicMs() + waitMs, count });
    this.options.onTrouble(error, jobId);
  }

  /** Prolongs the leases, and hears of cancellations that came through another process. */
  private async keepLeases(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.pause(this.leaseMs / 3);
      for (const [jobId, { execution }] of this.running) {
        try {
          const kept = await this.parts.store.renew(jobId, { owner: this.parts.owner, leaseUntil: this.leaseEnd() });
          if (!kept) execution.letGo();
          const job = kept ? await this.parts.store.get(jobId) : null;
          if (job !== null && job.cancelRequestedAt !== null) execution.cancel();
        } catch (error) {
          this.options.onTrouble(error, jobId);
        }
      }
    }
  }

  private leaseEnd(): string {
    return new Date(this.parts.clock.now().getTime() + this.leaseMs).toISOString();
  }

  private async pause(ms: number, sooner?: Promise<void>): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([this.stopping.signal, over.signal]);
    const slept = this.parts.clock.sleep(ms, signal).catch(() => undefined);
    await (sooner ? Promise.race([slept, sooner]) : slept);
    over.abort();
  }
}
