import { assert } from "@/lib/kernel/assert";
import type { Clock } from "@/lib/kernel/clock";
import { Refusal } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import type { Job, JobAction, JobStep } from "./job";
import type { JobChanges } from "./job-changes";
import type { JobDefinition } from "./job-definition";
import type { EnqueueRequest, JobQueue, ResumeDetails } from "./job-queue";
import { allowedActions, hasEnded, isSettled } from "./job-states";
import type { JobQuery, JobStore } from "./job-store";
import { runnerMemory, withRunnerMemory, type Resumption } from "./runner-memory";

export type DefinitionRegistry<S> = ReadonlyMap<string, JobDefinition<S>>;

/** @throws BugError when two definitions claim one scenario. */
export function definitionRegistry<S>(definitions: readonly JobDefinition<S>[]): DefinitionRegistry<S> {
  const registry = new Map(definitions.map((definition) => [definition.scenarioName, definition]));
  assert(registry.size === definitions.length, "two job definitions have the same scenario name");
  return registry;
}

export interface JobServiceParts<S> {
  readonly store: JobStore;
  readonly definitions: DefinitionRegistry<S>;
  /** Late, because the services contain this queue. */
  readonly services: () => S;
  readonly changes: JobChanges;
  readonly clock: Clock;
  readonly random: Random;
}

const WAIT_POLL_MS = 500;

/** The queue's side of jobs: everything is written to the store; a runner, in this process or another, does the work. */
export class JobService<S> implements JobQueue {
  constructor(private readonly parts: JobServiceParts<S>) {}

  async enqueue(request: EnqueueRequest): Promise<Job> {
    const definition = this.parts.definitions.get(request.scenarioName);
    assert(definition, `no job definition for scenario ${request.scenarioName}`);
    const job = newJob(request, definition.friendlyName, request.id ?? this.parts.random.uuid(), this.now());
    const steps = definition.steps(job.input).map((step, index) => newStep(job.id, index, step));
    await this.parts.store.create(job, steps);
    this.parts.changes.publish(job, null);
    return job;
  }

  get(jobId: string): Promise<Job | null> {
    return this.parts.store.get(jobId);
  }

  async steps(jobId: string): Promise<JobStep[]> {
    const steps = await this.parts.store.steps(jobId);
    return steps.map((step) => this.parts.changes.withProgress(step));
  }

  list(query: JobQuery): Promise<Job[]> {
    return this.parts.store.list(query);
  }

  forget(jobIds: readonly string[]): Promise<void> {
    return this.parts.store.forget(jobIds);
  }

  allowedActions(job: Job, steps: readonly JobStep[]): readonly JobAction[] {
    const definition = this.parts.definitions.get(job.scenarioName);
    if (!definition) return [];
    const irrevocable = definition
      .steps(job.input)
      .flatMap((step, index) => (step.irrevocable === true ? [index] : []));
    return allowedActions(job, steps, new Set(irrevocable));
  }

  async cancel(jobId: string, by?: string): Promise<Job> {
    const job = await this.require(jobId, "Cancel");
    const states = ["NotStarted", "InProgress", "Suspended"] as const;
    // A suspended job has no runner: it becomes runnable again so that one takes back what was done.
    const wake = job.state === "Suspended" ? { state: "InProgress" as const, stateDescription: "Cancelling" } : {};
    const changes = { cancelRequestedAt: this.now(), cancelRequestedBy: by ?? null, ...wake };
    await this.parts.store.update(jobId, { states }, { job: changes });
    this.parts.changes.cancel(jobId);
    return this.changed(jobId);
  }

  async restart(jobId: string, by?: string): Promise<Job> {
    const job = await this.require(jobId, "Restart");
    const definition = this.parts.definitions.get(job.scenarioName);
    assert(definition, "a restart was allowed without a definition");
    await definition.beforeRestart?.(this.parts.services(), job);
    const { attempt, history } = runnerMemory(job);
    const memory = withRunnerMemory(job.memory, {
      attempt: attempt + 1,
      undoing: null,
      history: [...history, { endedAt: job.endedAt, errors: job.errors, restart: { at: this.now(), by: by ?? null } }],
    });
    const fresh = { state: "NotStarted", startedAt: null, endedAt: null, progress: null, details: {} } as const;
    const steps = (await this.parts.store.steps(jobId))
      .filter((step) => !isSettled(step.state))
      .map(({ index }) => ({ index, ...fresh, childJobId: null, errors: [] }));
    const again = { state: "NotStarted", stateDescription: "NotStarted", errors: [], endedAt: null } as const;
    await this.parts.store.update(
      jobId,
      { states: ["Failed"] },
      { job: { ...again, cancelRequestedAt: null, cancelRequestedBy: null, memory }, steps },
    );
    return this.changed(jobId);
  }

  async resume(jobId: string, comments: string, more: ResumeDetails = {}): Promise<Job> {
    const job = await this.require(jobId, "Resume");
    if (comments.trim() === "") throw commentsRequired();
    const { stepIndex, ...who } = more;
    const suspended = (await this.parts.store.steps(jobId)).filter(
      (step) => step.state === "Suspended" && (stepIndex === undefined || step.index === stepIndex),
    );
    if (suspended.length === 0) throw actionNotAllowed(job, "Resume", []);
    const resumption: Resumption = { comments: comments.trim(), at: this.now(), ...who };
    const resumes = { ...runnerMemory(job).resumes };
    for (const step of suspended) resumes[String(step.index)] = resumption;
    // The guard names the steps: whoever comes second must not let the job pass the next one that waits.
    const written = await this.parts.store.update(
      jobId,
      { states: ["Suspended"], stepStates: suspended.map(({ index }) => ({ index, state: "Suspended" as const })) },
      {
        job: {
          state: "InProgress",
          stateDescription: "InProgress",
          comments: comments.trim(),
          memory: withRunnerMemory(job.memory, { resumes }),
        },
        steps: suspended.map(({ index }) => ({ index, state: "InProgress" as const })),
      },
    );
    if (!written) throw actionNotAllowed((await this.parts.store.get(jobId)) ?? job, "Resume", []);
    return this.changed(jobId);
  }

  async waitForEnd(jobId: string, signal?: AbortSignal): Promise<Job> {
    for (;;) {
      signal?.throwIfAborted();
      const job = await this.parts.store.get(jobId);
      if (job === null) throw unknownJob(jobId);
      if (hasEnded(job.state)) return job;
      // The sleep covers jobs that end in another process.
      const over = new AbortController();
      const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
      const sleep = this.parts.clock.sleep(WAIT_POLL_MS, either).catch(() => undefined);
      await Promise.race([this.parts.changes.next(), sleep]);
      over.abort();
    }
  }

  private async require(jobId: string, action: JobAction): Promise<Job> {
    const job = await this.parts.store.get(jobId);
    if (job === null) throw unknownJob(jobId);
    const allowed = this.allowedActions(job, await this.parts.store.steps(jobId));
    if (!allowed.includes(action)) throw actionNotAllowed(job, action, allowed);
    return job;
  }

  private async changed(jobId: string): Promise<Job> {
    const job = await this.parts.store.get(jobId);
    assert(job, `job ${jobId} vanished`);
    this.parts.changes.publish(job, null);
    return job;
  }

  private now(): string {
    return this.parts.clock.now().toISOString();
  }
}

function newJob(request: EnqueueRequest, friendlyName: string, id: string, createdAt: string): Job {
  return {
    id,
    vaultId: request.vaultId,
    scenarioName: request.scenarioName,
    friendlyName,
    state: "NotStarted",
    stateDescription: "NotStarted",
    input: request.input,
    memory: {},
    targetId: request.target.id,
    targetName: request.target.name,
    targetType: request.target.type,
    parentJobId: request.parentJobId ?? null,
    createdAt,
    startedAt: null,
    endedAt: null,
    cancelRequestedAt: null,
    cancelRequestedBy: null,
    errors: [],
    comments: null,
  };
}

function newStep(
  jobId: string,
  index: number,
  step: { name: string; friendlyName: string; taskType: string; groupName?: string },
): JobStep {
  return {
    jobId,
    index,
    name: step.name,
    friendlyName: step.friendlyName,
    taskType: step.taskType,
    groupName: step.groupName ?? null,
    state: "NotStarted",
    startedAt: null,
    endedAt: null,
    progress: null,
    details: {},
    childJobId: null,
    errors: [],
  };
}

function unknownJob(jobId: string): Refusal {
  return new Refusal("notFound", {
    code: "JobNotFound",
    message: `There is no job with the id '${jobId}'.`,
    possibleCauses: "The id is wrong, or the job belonged to a vault that has been deleted.",
    recommendedAction: "List the jobs of the vault and use an id from there.",
  });
}

function commentsRequired(): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "CommentsRequired",
      message: "A job can only be resumed with a comment.",
      possibleCauses: "The property 'properties.comments' is missing or empty.",
      recommendedAction: "Say in 'properties.comments' what was done, then resume the job again.",
    },
    "properties.comments",
  );
}

function actionNotAllowed(job: Job, action: JobAction, allowed: readonly JobAction[]): Refusal {
  const can = allowed.length === 0 ? "Nothing can be done with it now" : `It allows: ${allowed.join(", ")}`;
  const last = action === "Resume" ? newestResumption(job) : null;
  const resumed = last === null ? "" : ` ${last.by ?? "Somebody"} resumed it at ${last.at}.`;
  return new Refusal("conflict", {
    code: "JobActionNotAllowed",
    message: `'${action}' is not possible for the job '${job.friendlyName}' of ${job.targetName}, which is ${job.state}.${resumed} ${can}.`,
    possibleCauses:
      job.cancelRequestedAt !== null && !hasEnded(job.state)
        ? "The job is already being cancelled."
        : "The job has moved on since it was shown, or it has passed the point after which it can only be finished.",
    recommendedAction: "Refresh the job and use one of the actions that it offers.",
  });
}

function newestResumption(job: Job): Resumption | null {
  const all = Object.values(runnerMemory(job).resumes);
  return all.reduce<Resumption | null>((newest, one) => (newest === null || one.at > newest.at ? one : newest), null);
}
