import type { Explanation } from "@/lib/kernel/fault";
import type { Job, JobError, JobStep } from "./job";
import type { EnqueueRequest } from "./job-queue";
import type { Resumption } from "./runner-memory";

/** What a step found: `skip` and `suspend` carry the reason that people read. `details` are figures for people, JSON. */
export type StepOutcome =
  | "done"
  | { readonly details: Readonly<Record<string, unknown>> }
  | { readonly skip: string }
  | { readonly suspend: string };

/**
 * A step is run again from its beginning when the process died inside it, so it must be safe to repeat: derive names from
 * the job's id, look before making, or `checkpoint` what was chosen before acting on it.
 */
export interface StepDefinition<S> {
  readonly name: string;
  readonly friendlyName: string;
  /** ASR's taskType where it is known, else the step's name. */
  readonly taskType: string;
  /** Steps of one group are shown inside it. */
  readonly groupName?: string;
  /** Neighbouring steps with the same lane run at the same time. */
  readonly lane?: string;
  /** As many steps of the lane as that at the same time; left out: all of them. The first step of the lane decides. */
  readonly laneWidth?: number;
  /** From its start on the job can neither be cancelled nor undone; only finished, or restarted after a failure. */
  readonly irrevocable?: boolean;
  /** A failure is recorded and the job goes on; it ends Failed (PartiallySucceeded), nothing is undone. */
  readonly continueOnFailure?: boolean;
  run(context: StepContext<S>): Promise<StepOutcome>;
  /** Takes back whatever `run` did, fully or in part. Must be safe to repeat. */
  undo?(context: StepContext<S>): Promise<void>;
}

export interface JobDefinition<S> {
  readonly scenarioName: string;
  readonly friendlyName: string;
  /** Pure: the same input gives the same steps, in this process and in the next. */
  steps(input: Job["input"]): readonly StepDefinition<S>[];
  /** Before a new attempt: take again what the failed attempt gave back. A Refusal refuses the restart. */
  beforeRestart?(services: S, job: Job): Promise<void>;
  /** Before the final state is written, in every case: give back what the job holds. Must be safe to repeat. */
  settle?(services: S, job: Job, outcome: JobOutcome): Promise<void>;
}

export interface JobOutcome {
  readonly state: "Succeeded" | "Failed" | "Cancelled";
  readonly errors: readonly JobError[];
}

export interface StepContext<S> {
  readonly services: S;
  readonly job: Job;
  readonly step: JobStep;
  /** What earlier steps remembered. */
  readonly memory: Readonly<Record<string, unknown>>;
  /** Aborted when a person cancels, or when this process must let go of the job. */
  readonly signal: AbortSignal;
  /** Set when the step suspended the job before and a person let it go on. */
  readonly resumed: Resumption | null;
  /** 1 for the first attempt, one more after each Restart. */
  readonly attempt: number;
  /** Written together with the step's completion: either both or none. */
  remember(patch: Readonly<Record<string, unknown>>): void;
  /** Written now; for what must be known before the step acts. */
  checkpoint(patch: Readonly<Record<string, unknown>>): Promise<void>;
  /** Measured bytes; kept in memory, written at most once a second. */
  progress(bytesDone: number, bytesTotal: number): void;
  /** Adds to what the step shows; written with the next progress or with the completion. */
  report(details: Readonly<Record<string, unknown>>): void;
  /** The same, written and shown at once: for a step that goes on for long and has no bytes to count. */
  reportNow(details: Readonly<Record<string, unknown>>): Promise<void>;
  /** Something people must know although the job goes on. */
  warn(explanation: Explanation): void;
  /** The same, for a step that goes on for long: written and shown at once. */
  warnNow(explanation: Explanation): Promise<void>;
  /**
   * Starts the child once (also over restarts of the process), waits for its end and returns it, whatever the end is.
   * A cancelled parent cancels its child. `key` tells the children of one step apart.
   */
  runChild(key: string, request: Omit<EnqueueRequest, "id" | "parentJobId">): Promise<Job>;
}
