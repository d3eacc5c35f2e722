import type { Job, JobError } from "./job";

/** How a person let a suspended step go on. */
export interface Resumption {
  readonly comments: string;
  readonly at: string;
  /** Who says so; left out: nobody was named. */
  readonly by?: string;
  /** What came with it; JSON. */
  readonly evidence?: readonly Readonly<Record<string, unknown>>[];
}

/** What an attempt ended with, and the restart that began the next. */
export interface EarlierAttempt {
  readonly endedAt: string | null;
  readonly errors: readonly JobError[];
  /** Left out of what was written before restarts were kept. */
  readonly restart?: { readonly at: string; readonly by: string | null };
}

/**
 * What the runner itself must know after a kill; lives in the job's memory under a key that no step uses, so that it is
 * written in the same transaction as the steps.
 */
export interface RunnerMemory {
  readonly attempt: number;
  /** Set from the moment the job turns back until it has ended. */
  readonly undoing: { readonly outcome: "Failed" | "Cancelled"; readonly undone: readonly number[] } | null;
  /** By step index. */
  readonly resumes: Readonly<Record<string, Resumption>>;
  /** Ids of child jobs by step index, attempt and key. */
  readonly children: Readonly<Record<string, string>>;
  readonly history: readonly EarlierAttempt[];
}

const KEY = "$runner";
const FRESH: RunnerMemory = { attempt: 1, undoing: null, resumes: {}, children: {}, history: [] };

export function runnerMemory(job: Pick<Job, "memory">): RunnerMemory {
  return (job.memory[KEY] as RunnerMemory | undefined) ?? FRESH;
}

export function withRunnerMemory(memory: Job["memory"], changes: Partial<RunnerMemory>): Job["memory"] {
  return { ...memory, [KEY]: { ...runnerMemory({ memory }), ...changes } };
}
