/**
 * The nouns of automation, after Azure Automation's: an account holds runbooks, variables and the jobs that ran them. Times
 * are ISO 8601 UTC strings; names are kept as written and compared case-insensitively.
 */
import type { Explanation } from "@/lib/kernel/fault";

export interface AutomationAccount {
  readonly id: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly description: string;
  readonly createdAt: string;
}

/** The language that a runbook is written in. PowerShell and Python are Azure's; Shell and JavaScript are ours. */
export const RUNBOOK_KINDS = ["Shell", "JavaScript", "Python", "PowerShell"] as const;
export type RunbookKind = (typeof RUNBOOK_KINDS)[number];

export interface Runbook {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly kind: RunbookKind;
  readonly description: string;
  /** Text that is being worked on; null when it is what was published. */
  readonly draft: string | null;
  readonly draftChangedAt: string | null;
  /** Number of the version that plans run; null: never published. */
  readonly publishedVersion: number | null;
  readonly createdAt: string;
  readonly changedAt: string;
  /** Increases at every change; updates name the one they read. */
  readonly revision: number;
}

/** Never changes once it is there. */
export interface RunbookVersion {
  readonly runbookId: string;
  /** 1 for the first. */
  readonly number: number;
  readonly text: string;
  readonly publishedAt: string;
  /** Of the text in UTF-8, lower-case hex. */
  readonly sha256: string;
}

export interface AutomationVariable {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly description: string;
  readonly isEncrypted: boolean;
  /** JSON, as Azure has it ("a text" in quotation marks); encrypted, the sealed form of it that only our key opens. */
  readonly value: string;
  readonly createdAt: string;
  readonly changedAt: string;
}

/** `Interrupted`: its process and whoever watched it are gone, and nobody recorded how it ended. */
export type RunbookRunState = "Starting" | "Running" | "Completed" | "Failed" | "Stopped" | "Interrupted";

/** One start of a runbook. The row is written before the process is started: it is the mark that keeps it from running twice. */
export interface RunbookRun {
  readonly id: string;
  /** Idempotency key: the same for every attempt of one action of one run of a plan. */
  readonly key: string;
  /** Tells a new attempt, which may run it again, from a repeated step, which may not. */
  readonly attempt: string;
  readonly accountId: string;
  readonly runbookId: string;
  readonly runbookName: string;
  readonly kind: RunbookKind;
  /** Null: the draft was run, to try it. */
  readonly version: number | null;
  /** Of the text that was run. */
  readonly textSha256: string;
  readonly state: RunbookRunState;
  /** Of the program that watches it, which leads the process group. */
  readonly processId: number | null;
  /** What `processId` was started with, so that a later process of the same number is not taken for it. */
  readonly processStart: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly exitCode: number | null;
  /** Everything that it printed, kept or not. */
  readonly outputBytes: number | null;
  /** Of everything that it printed, secrets masked; lower-case hex. */
  readonly outputSha256: string | null;
  /** For people: "recovery plan order-system", "a test from the portal". */
  readonly startedBy: string;
  readonly jobId: string;
  readonly problem: Explanation | null;
}

/** What a run may use; all of it is enforced while it runs. */
export interface RunbookLimits {
  readonly timeoutSeconds: number;
  /** Resident, of all its processes together. */
  readonly memoryBytes: number;
  /** Of one file that it writes. */
  readonly fileBytes: number;
  /** Of its working folder. */
  readonly folderBytes: number;
  readonly processCount: number;
  /** Kept on disk; what is printed beyond is counted and hashed only. */
  readonly outputKeptBytes: number;
  /** Printed beyond this it is ended. */
  readonly outputBytes: number;
}

const MIB = 1024 * 1024;

export const RUNBOOK_LIMITS: Omit<RunbookLimits, "timeoutSeconds"> = {
  memoryBytes: 512 * MIB,
  fileBytes: 64 * MIB,
  folderBytes: 256 * MIB,
  processCount: 64,
  outputKeptBytes: MIB,
  outputBytes: 64 * MIB,
};

/** How a trial from the portal is limited unless it says otherwise; Azure's own cap is three hours (its fair share). */
export const TRIAL_TIMEOUT_SECONDS = 600;
export const TIMEOUT_SECONDS_MAX = 3 * 3600;
