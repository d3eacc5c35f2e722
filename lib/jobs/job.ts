import type { Explanation } from "@/lib/kernel/fault";

/**
 * A durable job: named steps, each recorded before and after, each safe to repeat. A kill at any instant is a pause: the
 * runner of the next process takes the job over when its lease has run out and goes on with the first step not done.
 */
export type JobState = "NotStarted" | "InProgress" | "Suspended" | "Succeeded" | "Failed" | "Cancelled";
export type StepState = "NotStarted" | "InProgress" | "Suspended" | "Succeeded" | "Failed" | "Skipped" | "Cancelled";

export interface Job {
  readonly id: string;
  readonly vaultId: string | null;
  /** ASR's scenarioName: TestFailover, PlannedFailover, EnableDr ... decides the definition that runs it. */
  readonly scenarioName: string;
  readonly friendlyName: string;
  readonly state: JobState;
  /** ASR's stateDescription: Completed, InProgress, WaitingForManualAction, WaitingForFinalizeProtection ... */
  readonly stateDescription: string;
  /** The job's parameters, as validated when it was made. JSON. */
  readonly input: Readonly<Record<string, unknown>>;
  /** What steps remember for later steps (ids chosen, paths made). JSON; survives a kill. */
  readonly memory: Readonly<Record<string, unknown>>;
  readonly targetId: string;
  readonly targetName: string;
  /** Vault, Fabric, Server, ProtectionProfile, ProtectionContainer, ProtectionEntity, RecoveryPlan. */
  readonly targetType: string;
  readonly parentJobId: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly cancelRequestedAt: string | null;
  /** Null also when nobody was named. */
  readonly cancelRequestedBy: string | null;
  readonly errors: readonly JobError[];
  /** Comments given when a person resumed it. */
  readonly comments: string | null;
}

export interface JobStep {
  readonly jobId: string;
  readonly index: number;
  readonly name: string;
  readonly friendlyName: string;
  /** ASR's taskType where it is known, else the step's name. */
  readonly taskType: string;
  /** Groups of a recovery plan show their steps inside. */
  readonly groupName: string | null;
  readonly state: StepState;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Measured: bytes, not guesses. Null when the step has nothing to count. */
  readonly progress: { readonly bytesDone: number; readonly bytesTotal: number } | null;
  /** What the step found out, for people: figures, hashes. JSON. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly childJobId: string | null;
  readonly errors: readonly JobError[];
}

export interface JobError extends Explanation {
  readonly at: string;
  readonly stepName: string | null;
  readonly severity: "Error" | "Warning";
}

export type JobAction = "Cancel" | "Restart" | "Resume";
