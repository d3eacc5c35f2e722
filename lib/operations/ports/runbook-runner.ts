import type { RunbookKind, RunbookLimits } from "@/lib/domain/automation";

/** What was found when the interpreter of a kind was asked for its version, in the place where runbooks run. */
export interface Interpreter {
  readonly kind: RunbookKind;
  /** E.g. /usr/bin/python3; null when none was found that runs there. */
  readonly path: string | null;
  /** As it says itself, e.g. "Python 3.11.2". */
  readonly version: string | null;
  /** What to do to have it, for people; null when it is there. */
  readonly installAdvice: string | null;
}

/** What keeps a runbook within its bounds on this machine, each found by trying it. */
export interface RunbookProtection {
  readonly user: string;
  /** Everything outside of its working folder is read-only for it, also what its user might write to. */
  readonly readOnlySystem: boolean;
  /** It sees its own processes only, and none outlives it, whatever it does to leave its group. */
  readonly ownProcesses: boolean;
  /** What does not hold here, in words; empty when everything does. */
  readonly gaps: readonly string[];
}

export interface RunbookStart {
  readonly runId: string;
  readonly kind: RunbookKind;
  readonly text: string;
  /** Written as JSON into the working folder. */
  readonly context: unknown;
  /** In addition to PATH, HOME, TMPDIR, LANG and where the context is. May hold secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Masked in what it prints, before that is written anywhere. */
  readonly secrets: readonly string[];
  readonly limits: RunbookLimits;
}

/** Which limit ended it, or `exited` by itself, `cancelled` by us, `notStarted` (the interpreter could not be run). */
export type RunbookEndReason =
  "exited" | "cancelled" | "timeout" | "memory" | "processes" | "folder" | "output" | "notStarted";

export interface RunbookEnd {
  readonly reason: RunbookEndReason;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** In words, what the reason does not say. */
  readonly message: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly seconds: number;
  readonly outputBytes: number;
  readonly outputSha256: string;
  /** Most that all its processes together had resident, as measured five times a second. */
  readonly memoryBytesMax: number;
}

export interface RunningProcess {
  readonly processId: number;
  /** What tells it from a later process of the same number. */
  readonly processStart: string;
}

/** `died`: it was started, nobody recorded its end, and nothing of it lives any more. */
export type RunbookLook =
  | { readonly state: "absent" }
  | { readonly state: "running"; readonly process: RunningProcess; readonly outputBytes: number }
  | { readonly state: "ended"; readonly end: RunbookEnd }
  | { readonly state: "died" };

/**
 * Runs runbooks as processes that a small program watches, so that neither the end of this process nor of the next is the
 * end of a run, and no run goes on unwatched.
 */
export interface RunbookRunner {
  interpreters(): Promise<readonly Interpreter[]>;
  protection(): Promise<RunbookProtection>;
  /**
   * Resolves when it is watched (it may have ended already). Repeatable: whatever happens, a run id is started once.
   * @throws Fault RunbookNotStarted
   */
  start(run: RunbookStart): Promise<void>;
  /** When nobody watches it any more, what is left of it is ended before `died` is answered. */
  look(runId: string): Promise<RunbookLook>;
  /** What is kept of its output, from a byte on; empty when there is none. */
  output(runId: string, fromByte: number, bytesMax: number): Promise<Buffer>;
  /** The last of it, as text. */
  outputTail(runId: string, bytesMax: number): Promise<string>;
  /** Asks for its end; `look` tells when it has come. Nothing to end is no error. */
  cancel(runId: string): Promise<void>;
  /** Removes what is kept of a run that has ended. */
  forget(runId: string): Promise<void>;
}
