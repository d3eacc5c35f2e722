import {
  TIMEOUT_SECONDS_MAX,
  TRIAL_TIMEOUT_SECONDS,
  type AutomationAccount,
  type Runbook,
} from "@/lib/domain/automation";
import type { RunbookRun } from "@/lib/domain/automation";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { interpreterMissing } from "./describe-runbook";
import { requirePublished } from "./find-automation";
import { markRun, type RunMark } from "./mark-run";

export const RUN_RUNBOOK_SCENARIO = "RunRunbook";

export interface TrialInput {
  readonly accountId: string;
  readonly runbookId: string;
  readonly runId: string;
  /** Null: the draft, as it was when it was asked for. */
  readonly version: number | null;
  readonly text: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly timeoutSeconds: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const STARTED_BY = "a trial from the portal or the API";

/**
 * Runs a runbook by itself, so that it can be tried before a plan depends on it.
 * @param wanted.name of the run, a UUID of the caller's choice; a run of that name is returned as it is
 * @throws Refusal InvalidJobName, RunbookNotPublished, NoDraft, RunbookInterpreterMissing, InvalidTimeout
 */
export async function startTrial(
  context: OperationContext,
  account: AutomationAccount,
  runbook: Runbook,
  wanted: {
    readonly name: string;
    readonly isDraft: boolean;
    readonly context: Readonly<Record<string, unknown>>;
    readonly timeoutSeconds: number | null;
  },
): Promise<RunbookRun> {
  const runId = wanted.name.toLowerCase();
  if (!UUID.test(runId)) throw invalidName(wanted.name);
  const known = await context.repositories.runbookRuns.get(runId);
  if (known?.accountId === account.id) return known;
  if (known) throw invalidName(wanted.name);
  const timeoutSeconds = wanted.timeoutSeconds ?? TRIAL_TIMEOUT_SECONDS;
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= TIMEOUT_SECONDS_MAX)) throw invalidTimeout();
  const missing = await interpreterMissing(context, runbook.kind);
  if (missing) throw new Refusal("conflict", missing);
  const what = await textOf(context, runbook, wanted.isDraft);
  const input: TrialInput = {
    ...{ accountId: account.id, runbookId: runbook.id, runId, ...what, context: wanted.context, timeoutSeconds },
  };
  await context.jobs.enqueue({
    id: runId,
    scenarioName: RUN_RUNBOOK_SCENARIO,
    vaultId: null,
    input: { ...input },
    target: { id: runbook.id, name: runbook.name, type: "Runbook" },
  });
  // The job makes the same mark when it is first, or when this process dies here.
  return markRun(context, trialMark(account, runbook, what, runId));
}

/** The mark of a trial, the same whoever makes it. */
export function trialMark(
  account: AutomationAccount,
  runbook: Runbook,
  what: { readonly version: number | null; readonly text: string },
  runId: string,
): RunMark {
  const { version, text } = what;
  const names = { key: `trial/${runId}`, attempt: `${runId}/1`, jobId: runId, runId };
  return { account, runbook, version, text, startedBy: STARTED_BY, ...names };
}

async function textOf(context: OperationContext, runbook: Runbook, isDraft: boolean) {
  if (!isDraft) {
    const { number, text } = await requirePublished(context, runbook);
    return { version: number, text };
  }
  if (runbook.draft !== null) return { version: null, text: runbook.draft };
  throw new Refusal("conflict", {
    code: "NoDraft",
    message: `The runbook ${runbook.name} has no draft.`,
    possibleCauses: "What was written has been published.",
    recommendedAction: "Run the published version, or save a draft first.",
  });
}

function invalidName(name: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "InvalidJobName",
      message: `${JSON.stringify(name.slice(0, 60))} cannot be the name of an automation job.`,
      possibleCauses: "The name of a job is a new UUID, chosen by whoever starts it.",
      recommendedAction: "Send a name such as 0f8fad5b-d9cb-469f-a165-70867728950e.",
    },
    "jobName",
  );
}

function invalidTimeout(): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "InvalidTimeout",
      message: `A runbook may run for 1 to ${TIMEOUT_SECONDS_MAX} seconds.`,
      possibleCauses: "The time was given in another unit.",
      recommendedAction: "Give the time limit in seconds.",
    },
    "properties.timeoutSeconds",
  );
}
