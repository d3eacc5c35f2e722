import {
  RUNBOOK_LIMITS,
  type AutomationAccount,
  type Runbook,
  type RunbookRun,
  type RunbookRunState,
} from "@/lib/domain/automation";
import { hasRunEnded } from "@/lib/domain/automation-rules";
import type { StepContext } from "@/lib/jobs/job-definition";
import { explanationOf } from "@/lib/jobs/error-of";
import { Fault } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import type { RunbookEnd } from "../ports/runbook-runner";
import { markRun, type RunMark } from "./mark-run";
import { faultOfRun, interrupted, problemOfEnd, whatRan } from "./run-faults";
import { variablesOfRunbook } from "./variables-of-runbook";

type Step = StepContext<OperationContext>;

export interface WantedRun extends RunMark {
  readonly account: AutomationAccount;
  readonly runbook: Runbook;
  readonly text: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly timeoutSeconds: number;
}

const LOOK_MS = 250;
/** Of the output, in the step, while it runs and afterwards. All that is kept of it is at the run. */
export const SHOWN_BYTES = 4 * 1024;

/**
 * Runs a runbook as part of a step, once: what an earlier process began is waited for, what ended well in an earlier
 * attempt is not run again, what ended badly in this attempt ended badly.
 * @returns the run, Completed
 * @throws Fault RunbookFailed, RunbookTimedOut, RunbookOutputTooLarge, RunbookLimitReached, RunbookStopped,
 *   RunbookInterrupted, RunbookNotStarted; Refusal VariableNotFound
 */
export async function executeRun(step: Step, wanted: WantedRun): Promise<RunbookRun> {
  const run = await markRun(step.services, wanted);
  if (run.state === "Completed") return run;
  if (hasRunEnded(run)) throw faultOfRun(run);
  await begin(step, wanted, run);
  return follow(step, run);
}

async function begin(step: Step, wanted: WantedRun, run: RunbookRun): Promise<void> {
  const { runbooks } = step.services;
  if ((await runbooks.look(run.id)).state !== "absent") return;
  try {
    const { environment, secrets } = await variablesOfRunbook(step.services, wanted.account, wanted.text);
    const ours = { SECONDSITE_IDEMPOTENCY_KEY: wanted.key, SECONDSITE_RUNBOOK: wanted.runbook.name };
    await runbooks.start({
      runId: run.id,
      kind: wanted.runbook.kind,
      text: wanted.text,
      context: { ...wanted.context, IdempotencyKey: wanted.key },
      environment: { ...environment, ...ours },
      secrets,
      limits: { ...RUNBOOK_LIMITS, timeoutSeconds: wanted.timeoutSeconds },
    });
  } catch (error) {
    await finish(step, run, "Failed", { problem: explanationOf(error) });
    throw error;
  }
}

/** Until it has ended. A cancellation ends it; a process that only lets go of the job leaves it to the next one. */
async function follow(step: Step, started: RunbookRun): Promise<RunbookRun> {
  const { runbooks, clock } = step.services;
  let run = started;
  let shownBytes = -1;
  let stopping = false;
  for (;;) {
    if (step.signal.aborted && !stopping) {
      const job = await step.services.jobs.get(step.job.id);
      if (job === null || job.cancelRequestedAt === null) throw step.signal.reason;
      await runbooks.cancel(run.id);
      stopping = true;
    }
    const look = await runbooks.look(run.id);
    if (look.state === "ended") return ended(step, run, look.end);
    if (look.state !== "running") {
      const problem = interrupted(whatRan(run));
      await finish(step, run, "Interrupted", { problem });
      throw new Fault(problem);
    }
    if (run.state === "Starting") {
      run = await change(step, run, { ...look.process, state: "Running", startedAt: clock.now().toISOString() });
    }
    if (look.outputBytes !== shownBytes) {
      shownBytes = look.outputBytes;
      await step.reportNow(await shown(step, run, shownBytes));
    }
    // An abort ends the sleep early and is looked at above; any other failure of a clock there is not.
    await clock.sleep(LOOK_MS, stopping ? undefined : step.signal).catch(() => undefined);
  }
}

async function ended(step: Step, run: RunbookRun, end: RunbookEnd): Promise<RunbookRun> {
  const tail = await step.services.runbooks.outputTail(run.id, SHOWN_BYTES);
  const problem = problemOfEnd(whatRan(run), end, tail);
  const state = problem === null ? "Completed" : end.reason === "cancelled" ? "Stopped" : "Failed";
  const { startedAt, endedAt, exitCode, outputBytes, outputSha256 } = end;
  const done = await finish(step, run, state, { startedAt, endedAt, exitCode, outputBytes, outputSha256, problem });
  step.report(await shown(step, done, outputBytes));
  if (problem) throw new Fault(problem);
  return done;
}

async function shown(step: Step, run: RunbookRun, outputBytes: number): Promise<Record<string, unknown>> {
  return {
    runbook: run.runbookName,
    version: run.version ?? "draft",
    outputBytes,
    output: await step.services.runbooks.outputTail(run.id, SHOWN_BYTES),
  };
}

type Changes = Parameters<OperationContext["repositories"]["runbookRuns"]["update"]>[1];

async function finish(step: Step, run: RunbookRun, state: RunbookRunState, changes: Changes): Promise<RunbookRun> {
  return change(step, run, { endedAt: step.services.clock.now().toISOString(), ...changes, state });
}

async function change(step: Step, run: RunbookRun, changes: Changes): Promise<RunbookRun> {
  const changed = await step.services.repositories.runbookRuns.update(run.id, changes);
  announce(step.services, null, "automationJobs", run.id);
  return changed;
}
