import type {
  AutomationRunbookActionDetails,
  ManualActionDetails,
  RecoveryPlanAction,
  WebhookActionDetails,
} from "@/lib/domain/entities";
import { actionApplies } from "@/lib/domain/recovery-plan-rules";
import type { StepContext, StepDefinition, StepOutcome } from "@/lib/jobs/job-definition";
import { idempotencyKey } from "../automation/idempotency-key";
import type { OperationContext } from "../context";
import { LOCAL_USER } from "../evidence/job-origin";
import { actionContext, type ActionPlace } from "./action-context";
import type { ActionRun } from "./plan-run";
import { callWebhook } from "../automation/call-webhook";
import { runRunbook } from "../automation/run-runbook";

type Step = StepDefinition<OperationContext>;
type Context = StepContext<OperationContext>;

export const MANUAL_ACTION = "ManualAction";
export const MANUAL_ACTION_TASK = "ManualActionTask";
export const RUNBOOK_ACTION_TASK = "AutomationRunbookTask";
/** Ours. */
export const WEBHOOK_ACTION_TASK = "WebhookTask";

const NAMES = {
  ManualActionDetails: { name: MANUAL_ACTION, taskType: MANUAL_ACTION_TASK },
  AutomationRunbookActionDetails: { name: "AutomationRunbookAction", taskType: RUNBOOK_ACTION_TASK },
  WebhookActionDetails: { name: "WebhookAction", taskType: WEBHOOK_ACTION_TASK },
} as const;

/**
 * The actions of one place that belong to this run, one after the other. None has an `undo`: what an action did outside is
 * not ours to take back, so one that succeeded stays done in this run, also when the machines beside it were taken back and
 * the job is restarted. One that did not succeed runs again then, with the same key.
 */
export function actionSteps(
  run: ActionRun,
  place: ActionPlace,
  groupName: string,
  actions: readonly RecoveryPlanAction[],
): Step[] {
  const goesOn = run.type === "UnplannedFailover" || run.type === "TestFailoverCleanup";
  return actions
    .filter((action) => actionApplies(action, run.type, run.direction))
    .map((action) => ({
      ...NAMES[action.details.kind],
      friendlyName: action.name,
      groupName,
      continueOnFailure: action.onFailure ? action.onFailure === "Continue" : goesOn,
      run: (step) => runAction(step, run, place, action),
    }));
}

function runAction(
  step: Context,
  run: ActionRun,
  place: ActionPlace,
  action: RecoveryPlanAction,
): Promise<StepOutcome> {
  const { details } = action;
  switch (details.kind) {
    case "ManualActionDetails":
      return runManual(step, action.name, details);
    case "AutomationRunbookActionDetails":
      return runRunbookAction(step, run, place, action.name, details);
    case "WebhookActionDetails":
      return runWebhookAction(step, run, place, action.name, details);
  }
}

/** Halts the run until somebody says what was done. */
async function runManual(step: Context, actionName: string, details: ManualActionDetails): Promise<StepOutcome> {
  const { resumed } = step;
  if (resumed !== null) {
    const evidence = resumed.evidence === undefined ? {} : { evidence: resumed.evidence };
    const completedBy = resumed.by ?? LOCAL_USER;
    return { details: { completedBy, completedAt: resumed.at, observation: resumed.comments, ...evidence } };
  }
  const now = step.services.clock.now();
  const minutes = details.timeoutMinutes ?? null;
  step.report({
    actionName,
    instructions: details.description,
    waitingSince: now.toISOString(),
    overdueAt: minutes === null ? null : new Date(now.getTime() + minutes * 60_000).toISOString(),
  });
  return { suspend: "WaitingForManualAction" };
}

async function runRunbookAction(
  step: Context,
  run: ActionRun,
  place: ActionPlace,
  name: string,
  details: AutomationRunbookActionDetails,
): Promise<StepOutcome> {
  const { accountName, runbookName, fabricLocation, timeoutSeconds } = details;
  const isPrimarySideScript = fabricLocation === "Primary";
  if (isPrimarySideScript && run.type === "UnplannedFailover" && !run.shutDownSource) {
    return { skip: "It runs on the primary side, and this failover does nothing there." };
  }
  const found = await actionContext(step, run, place);
  if (found === null) return NO_MACHINES;
  const key = idempotencyKey(step.job.id, place, name);
  step.report({ accountName, runbookName, isPrimarySideScript, idempotencyKey: key });
  const outcome = await runRunbook(step, { ...found, accountName, runbookName, idempotencyKey: key, timeoutSeconds });
  return { details: { ...outcome } };
}

async function runWebhookAction(
  step: Context,
  run: ActionRun,
  place: ActionPlace,
  name: string,
  details: WebhookActionDetails,
): Promise<StepOutcome> {
  const { url, secret, timeoutSeconds } = details;
  const found = await actionContext(step, run, place);
  if (found === null) return NO_MACHINES;
  const key = idempotencyKey(step.job.id, place, name);
  step.report({ url, isSigned: secret !== null, idempotencyKey: key });
  const outcome = await callWebhook(step, { ...found, url, secret, idempotencyKey: key, timeoutSeconds });
  return { details: { ...outcome } };
}

const NO_MACHINES = { skip: "No machine of the plan is left." } as const;
