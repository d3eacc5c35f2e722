import { assert } from "@/lib/kernel/assert";
import type { Job, JobError, JobStep } from "./job";
import type { StepOutcome } from "./job-definition";
import type { ExecutionParts } from "./execution-parts";
import type { JobChanges as JobRowChanges, JobUpdate, StepChanges } from "./job-store";
import { runnerMemory, withRunnerMemory } from "./runner-memory";

/** The lease has gone to another process: this one must not write any more. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** What a step gathered while it ran; written with its end. */
export interface StepFindings {
  readonly remembered: Readonly<Record<string, unknown>>;
  readonly details: Readonly<Record<string, unknown>>;
  readonly progress: JobStep["progress"];
  readonly warnings: readonly JobError[];
  /** Warnings that were written while it ran. */
  readonly shown: readonly JobError[];
}

/** A running job as this process holds it. Every change goes to the store first, one at a time, and only while the lease is ours. */
export class JobRecord<S> {
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly parts: ExecutionParts<S>,
    public job: Job,
    public steps: JobStep[],
  ) {}

  static async load<S>(parts: ExecutionParts<S>, jobId: string): Promise<JobRecord<S>> {
    const job = await parts.store.get(jobId);
    assert(job, `job ${jobId} vanished`);
    return new JobRecord(parts, job, await parts.store.steps(jobId));
  }

  async started(): Promise<void> {
    if (this.job.state === "InProgress" && this.job.startedAt !== null) return;
    const startedAt = this.job.startedAt ?? this.now();
    await this.save(() => ({ job: { state: "InProgress", stateDescription: "InProgress", startedAt } }));
  }

  async stepStarted(index: number): Promise<void> {
    const step = this.step(index);
    await this.saveStep(index, { state: "InProgress", startedAt: step.startedAt ?? this.now(), endedAt: null });
  }

  async stepDone(index: number, outcome: StepOutcome, findings: StepFindings): Promise<void> {
    const found = typeof outcome === "object" && "details" in outcome ? outcome.details : {};
    const reason =
      typeof outcome === "object" && "skip" in outcome
        ? { skippedReason: outcome.skip }
        : typeof outcome === "object" && "suspend" in outcome
          ? { suspendedReason: outcome.suspend }
          : {};
    const state = "skippedReason" in reason ? "Skipped" : "suspendedReason" in reason ? "Suspended" : "Succeeded";
    await this.saveStep(
      index,
      {
        state,
        endedAt: state === "Suspended" ? null : this.now(),
        details: { ...this.step(index).details, ...findings.details, ...found, ...reason },
        progress: findings.progress,
        errors: [...findings.shown, ...findings.warnings],
      },
      findings,
    );
  }

  /** `error` null: the step was cancelled. */
  async stepFailed(index: number, error: JobError | null, findings: StepFindings): Promise<void> {
    await this.saveStep(
      index,
      {
        state: error === null ? "Cancelled" : "Failed",
        endedAt: this.now(),
        details: { ...this.step(index).details, ...findings.details },
        progress: findings.progress,
        errors: [...findings.shown, ...findings.warnings, ...(error ? [error] : [])],
      },
      { ...findings, remembered: {} },
      error ? [error] : [],
    );
  }

  async stepWarned(index: number, warning: JobError): Promise<void> {
    await this.save(
      () => ({
        job: { errors: [...this.job.errors, warning] },
        steps: [{ index, errors: [...this.step(index).errors, warning] }],
      }),
      index,
    );
  }

  async stepProgress(index: number, changes: Pick<StepChanges, "progress" | "details">): Promise<void> {
    await this.saveStep(index, changes);
  }

  /** From here on the job only goes back, also after a kill. */
  async turnBack(outcome: "Failed" | "Cancelled"): Promise<void> {
    await this.save(() => ({
      job: {
        stateDescription: outcome === "Cancelled" ? "Cancelling" : "Undoing",
        memory: withRunnerMemory(this.job.memory, { undoing: { outcome, undone: [] } }),
      },
    }));
  }

  async stepUndone(index: number, error: JobError | null): Promise<void> {
    const step = this.step(index);
    await this.save(() => {
      const { undoing } = runnerMemory(this.job);
      assert(undoing, "a step was undone while the job went forward");
      const memory = withRunnerMemory(this.job.memory, {
        undoing: { ...undoing, undone: [...undoing.undone, index] },
      });
      // A failed step keeps saying so; a finished one no longer counts as done.
      const state = step.state === "Failed" ? "Failed" : "Cancelled";
      return {
        job: { memory, errors: error ? [...this.job.errors, error] : this.job.errors },
        steps: [{ index, state, endedAt: step.endedAt ?? this.now(), details: { ...step.details, undone: !error } }],
      };
    });
  }

  async suspended(): Promise<void> {
    const reasons = this.steps
      .filter((step) => step.state === "Suspended")
      .map((step) => step.details["suspendedReason"])
      .filter((reason) => typeof reason === "string");
    await this.save(() => ({
      job: { state: "Suspended", stateDescription: reasons[0] ?? "Suspended" },
      releaseLease: true,
    }));
  }

  async ended(
    state: "Succeeded" | "Failed" | "Cancelled",
    description: string,
    more: readonly JobError[] = [],
  ): Promise<void> {
    const endedAt = this.now();
    await this.save(() => ({
      job: { state, stateDescription: description, endedAt, errors: [...this.job.errors, ...more] },
      // A step that was cut short must not be shown as running in a job that has ended.
      steps: this.steps
        .filter((step) => step.state === "InProgress" || step.state === "Suspended")
        .map(({ index }) => ({ index, state: "Cancelled" as const, endedAt })),
      releaseLease: true,
    }));
  }

  async remember(patch: Readonly<Record<string, unknown>>): Promise<void> {
    await this.save(() => ({ job: { memory: { ...this.job.memory, ...patch } } }));
  }

  async setChild(index: number, key: string, childJobId: string): Promise<void> {
    await this.save(() => {
      const children = { ...runnerMemory(this.job).children, [key]: childJobId };
      return { job: { memory: withRunnerMemory(this.job.memory, { children }) }, steps: [{ index, childJobId }] };
    });
  }

  async cancelRequested(): Promise<boolean> {
    const job = await this.parts.store.get(this.job.id);
    return job !== null && job.cancelRequestedAt !== null;
  }

  step(index: number): JobStep {
    const step = this.steps[index];
    assert(step, `no step ${index}`);
    return step;
  }

  private async saveStep(
    index: number,
    changes: StepChanges,
    findings?: Pick<StepFindings, "remembered" | "warnings">,
    errors: readonly JobError[] = [],
  ): Promise<void> {
    await this.save(() => {
      const added = [...(findings?.warnings ?? []), ...errors];
      const job: { -readonly [K in keyof JobRowChanges]: JobRowChanges[K] } = {};
      if (findings && Object.keys(findings.remembered).length > 0) {
        job.memory = { ...this.job.memory, ...findings.remembered };
      }
      if (added.length > 0) job.errors = [...this.job.errors, ...added];
      return { job, steps: [{ index, ...changes }] };
    }, index);
    if (changes.progress === undefined || typeof changes.endedAt === "string") {
      this.parts.changes.setProgress(this.job.id, index, null);
    }
  }

  /** Changes are computed when it is their turn, so that two steps at once never lose each other's memory. */
  private save(changesNow: () => JobUpdate, changedStep?: number): Promise<void> {
    const turn = this.last.then(async () => {
      const changes = changesNow();
      const written = await this.parts.store.update(this.job.id, { owner: this.parts.owner }, changes);
      if (!written) throw new LeaseLost(`job ${this.job.id} is run by another process now`);
      this.job = { ...this.job, ...changes.job };
      for (const { index, ...step } of changes.steps ?? []) {
        this.steps = this.steps.map((old) => (old.index === index ? { ...old, ...step } : old));
      }
      this.parts.changes.publish(this.job, changedStep === undefined ? null : this.step(changedStep));
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private now(): string {
    return this.parts.clock.now().toISOString();
  }
}
