import type { Vault } from "@/lib/domain/entities";
import type { StepContext } from "@/lib/jobs/job-definition";
import { Fault, type Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";

/**
 * The seam between the plans and what runs their actions: the calls of lib/operations/automation, which takes its place.
 * asr reference 9.1, the ARM form. `GroupId`: number of the group as text; values of `VmMap` are empty before the machine
 * exists.
 */
export interface RecoveryPlanContext {
  readonly RecoveryPlanName: string;
  readonly FailoverType: "Test" | "Planned" | "Unplanned";
  readonly FailoverDirection: "PrimaryToSecondary" | "SecondaryToPrimary";
  readonly GroupId: string;
  readonly VmMap: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface RunbookRequest {
  readonly vault: Vault;
  readonly accountName: string;
  readonly runbookName: string;
  readonly context: RecoveryPlanContext;
  /** The same for every attempt of one action of one run. */
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

export interface WebhookRequest {
  readonly vault: Vault;
  readonly url: string;
  readonly secret: { readonly accountName: string; readonly variableName: string } | null;
  readonly context: RecoveryPlanContext;
  readonly idempotencyKey: string;
  readonly timeoutSeconds: number;
}

export interface WebhookOutcome {
  readonly status: number;
  readonly seconds: number;
  readonly responseTail: string;
}

export function runRunbook(_: StepContext<OperationContext>, request: RunbookRequest): Promise<RunbookOutcome> {
  return Promise.reject(new Fault(notThere(`The runbook ${request.runbookName}`)));
}

export function callWebhook(_: StepContext<OperationContext>, request: WebhookRequest): Promise<WebhookOutcome> {
  return Promise.reject(new Fault(notThere(`The webhook ${request.url}`)));
}

/** Null when it could be run now. Without side effects. */
export async function runbookProblem(
  _context: OperationContext,
  _vault: Vault,
  _accountName: string,
  runbookName: string,
): Promise<Explanation | null> {
  return notThere(`The runbook ${runbookName}`);
}

/** Null when it could be called now. Without side effects: nothing is sent. */
export async function webhookProblem(
  _context: OperationContext,
  _vault: Vault,
  url: string,
  _secret: WebhookRequest["secret"],
): Promise<Explanation | null> {
  return notThere(`The webhook ${url}`);
}

function notThere(what: string): Explanation {
  return {
    code: "ActionKindNotRun",
    message: `${what} cannot be run: this version has no automation accounts.`,
    possibleCauses: "The plan was made by a later version.",
    recommendedAction: "Take the action out of the plan.",
  };
}
