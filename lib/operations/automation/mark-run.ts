import { createHash } from "node:crypto";
import type { AutomationAccount, Runbook, RunbookRun } from "@/lib/domain/automation";
import { hasRunEnded } from "@/lib/domain/automation-rules";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";

export interface RunMark {
  readonly account: AutomationAccount;
  readonly runbook: Runbook;
  /** Null: the draft. */
  readonly version: number | null;
  readonly text: string;
  readonly key: string;
  /** Of the job that asks; a restart of it is another attempt. */
  readonly attempt: string;
  readonly startedBy: string;
  readonly jobId: string;
  /** Given when it must be known before; else made here. */
  readonly runId?: string;
}

/** So many runs of an account are remembered, with their output. */
const RUNS_KEPT = 200;

/**
 * The run that an attempt is about: one that ended well, whichever attempt it was of; one that has not ended, which must not
 * be started a second time; this attempt's own; or a new one, written before anything is started.
 */
export async function markRun(context: OperationContext, mark: RunMark): Promise<RunbookRun> {
  const known = await knownRun(context, mark);
  if (known) return known;
  await forgetOldest(context, mark.account.id);
  const { runbook } = mark;
  const run: RunbookRun = {
    ...{ id: mark.runId ?? context.random.uuid(), key: mark.key, attempt: mark.attempt, accountId: mark.account.id },
    ...{ runbookId: runbook.id, runbookName: runbook.name, kind: runbook.kind, version: mark.version },
    textSha256: createHash("sha256").update(mark.text, "utf8").digest("hex"),
    ...{ state: "Starting", processId: null, processStart: null, startedAt: null, endedAt: null },
    createdAt: context.clock.now().toISOString(),
    ...{ exitCode: null, outputBytes: null, outputSha256: null, problem: null },
    ...{ startedBy: mark.startedBy, jobId: mark.jobId },
  };
  try {
    await context.repositories.runbookRuns.insert(run);
  } catch (error) {
    // Two made the mark of one attempt at the same time: there is one, and it is the one of both.
    const other = error instanceof Refusal && error.code === "NameTaken" ? await knownRun(context, mark) : null;
    if (other) return other;
    throw error;
  }
  announce(context, null, "automationJobs", run.id);
  return run;
}

async function knownRun(context: OperationContext, mark: RunMark): Promise<RunbookRun | null> {
  const runs = await context.repositories.runbookRuns.listByKey(mark.key);
  return (
    runs.find((run) => run.state === "Completed") ??
    runs.find((run) => !hasRunEnded(run)) ??
    runs.find((run) => run.attempt === mark.attempt) ??
    null
  );
}

/** What is removed: folder first, so that a row that is gone has left nothing. */
async function forgetOldest(context: OperationContext, accountId: string): Promise<void> {
  const runs = await context.repositories.runbookRuns.listByAccount(accountId, { take: RUNS_KEPT + 50 });
  for (const run of runs.slice(RUNS_KEPT - 1).filter(hasRunEnded)) {
    await context.runbooks.forget(run.id);
    await context.repositories.runbookRuns.delete(run.id);
  }
}
