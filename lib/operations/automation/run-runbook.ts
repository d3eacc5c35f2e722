import type { RunbookRun } from "@/lib/domain/automation";
import type { Vault } from "@/lib/domain/entities";
import { assert } from "@/lib/kernel/assert";
import { Fault } from "@/lib/kernel/fault";
import type { StepContext } from "@/lib/jobs/job-definition";
import { runnerMemory } from "@/lib/jobs/runner-memory";
import type { OperationContext } from "../context";
import { interpreterMissing } from "./describe-runbook";
import { executeRun, SHOWN_BYTES } from "./execute-run";
import { requireAccount, requirePublished, requireRunbook } from "./find-automation";
import type { RecoveryPlanContext } from "./recovery-plan-context";

export type { RecoveryPlanContext } from "./recovery-plan-context";

export interface RunbookRequest {
  readonly vault: Vault;
  /** Automation account, in the vault's resource group. */
  readonly accountName: string;
  /** Its published version is run; which one that was is part of the outcome. */
  readonly runbookName: string;
  readonly context: RecoveryPlanContext;
  /**
   * The same for every attempt of one action of one run: passed to the script as SECONDSITE_IDEMPOTENCY_KEY and in the
   * context as IdempotencyKey.
   */
  readonly idempotencyKey: string;
  readonly timeoutSeconds: number;
}

export interface RunbookOutcome {
  readonly runbook: string;
  readonly version: number;
  readonly exitCode: number;
  readonly seconds: number;
  readonly outputBytes: number;
  readonly outputTail: string;
  readonly outputSha256: string;
}

/**
 * Runs it as a child process of its own process group; output is streamed into the step while it runs. Durable: before the
 * start a mark with the idempotency key is written, and whoever repeats the step finds it: then the process that lives is
 * waited for, or the end that it recorded is taken. What died without a recorded end is for a person to decide: a restart of
 * the job runs it again with the same key.
 * @throws Fault RunbookFailed, RunbookTimedOut, RunbookOutputTooLarge, RunbookLimitReached, RunbookStopped,
 *   RunbookInterrupted, RunbookInterpreterMissing, RunbookNotStarted; Refusal AutomationAccountNotFound, RunbookNotFound,
 *   RunbookNotPublished, VariableNotFound
 */
export async function runRunbook(
  step: StepContext<OperationContext>,
  request: RunbookRequest,
): Promise<RunbookOutcome> {
  const { services } = step;
  const account = await requireAccount(services, request.vault, request.accountName);
  const runbook = await requireRunbook(services, account, request.runbookName);
  const version = await requirePublished(services, runbook);
  const missing = await interpreterMissing(services, runbook.kind);
  if (missing) throw new Fault(missing);
  const run = await executeRun(step, {
    ...{ account, runbook, version: version.number, text: version.text },
    ...{ context: { ...request.context }, timeoutSeconds: request.timeoutSeconds },
    key: request.idempotencyKey,
    attempt: `${step.job.id}/${runnerMemory(step.job).attempt}`,
    startedBy: `recovery plan ${request.context.RecoveryPlanName}`,
    jobId: step.job.id,
  });
  return outcomeOf(services, run);
}

async function outcomeOf(context: OperationContext, run: RunbookRun): Promise<RunbookOutcome> {
  const { version, exitCode, outputBytes, outputSha256, startedAt, endedAt } = run;
  assert(version !== null && exitCode !== null && outputBytes !== null, "a run that completed has no figures");
  assert(outputSha256 !== null && startedAt !== null && endedAt !== null, "a run that completed has no times");
  return {
    ...{ runbook: run.runbookName, version, exitCode, outputBytes, outputSha256 },
    seconds: (Date.parse(endedAt) - Date.parse(startedAt)) / 1000,
    outputTail: await context.runbooks.outputTail(run.id, SHOWN_BYTES),
  };
}
