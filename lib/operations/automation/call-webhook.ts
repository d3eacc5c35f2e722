import { createHmac } from "node:crypto";
import type { Vault } from "@/lib/domain/entities";
import type { StepContext } from "@/lib/jobs/job-definition";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import type { WebhookAnswer } from "../ports/webhook-sender";
import { webhookProblem, type WebhookSecret } from "./describe-runbook";
import type { RecoveryPlanContext } from "./recovery-plan-context";
import { valueOf } from "./variables-of-runbook";

type Step = StepContext<OperationContext>;

export interface WebhookRequest {
  readonly vault: Vault;
  readonly url: string;
  /** An encrypted variable whose value is the HMAC key; null: unsigned. */
  readonly secret: WebhookSecret | null;
  readonly context: RecoveryPlanContext;
  /** The same for every attempt: the receiver tells a repeated call by it. */
  readonly idempotencyKey: string;
  readonly timeoutSeconds: number;
}

export interface WebhookOutcome {
  readonly status: number;
  readonly seconds: number;
  readonly responseTail: string;
}

const PAUSE_MS_FIRST = 1_000;
const PAUSE_MS_MAX = 30_000;

/**
 * POST, JSON body {context, idempotencyKey, at}; headers X-Secondsite-Signature: sha256=<hex HMAC-SHA-256 of the body> and
 * Idempotency-Key. Any 2xx is success. Redirects are not followed. Repeated only when no answer came or a 5xx, with growing
 * pauses, within the time limit.
 * @throws Fault WebhookFailed, WebhookTimedOut, SealedValueNotReadable; Refusal of the address or the secret
 */
export async function callWebhook(step: Step, request: WebhookRequest): Promise<WebhookOutcome> {
  const { clock } = step.services;
  const problem = await webhookProblem(step.services, request.vault, request.url, request.secret);
  if (problem) throw new Refusal("conflict", problem);
  const key = await signatureKey(step.services, request);
  const startedMs = clock.monotonicMs();
  const deadlineMs = startedMs + request.timeoutSeconds * 1000;
  let last = "No answer came.";
  for (let pauseMs = PAUSE_MS_FIRST; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
    const answer = await tryOnce(step, request, key, deadlineMs);
    const seconds = (clock.monotonicMs() - startedMs) / 1000;
    if (typeof answer === "object") {
      if (answer.status >= 200 && answer.status < 300) {
        return { status: answer.status, seconds, responseTail: answer.text };
      }
      if (answer.status < 500) throw failed(request.url, answer);
    }
    last = typeof answer === "object" ? `It answered ${answer.status}: ${answer.text.slice(0, 300)}` : answer;
    await step.reportNow({ lastAnswer: last });
    if (clock.monotonicMs() + pauseMs >= deadlineMs) throw timedOut(request, last);
    await clock.sleep(pauseMs, step.signal);
  }
}

/** The answer, or why there was none. */
async function tryOnce(
  step: Step,
  request: WebhookRequest,
  key: string | null,
  deadlineMs: number,
): Promise<WebhookAnswer | string> {
  const { clock, webhooks } = step.services;
  const { context, idempotencyKey } = request;
  const body = JSON.stringify({ context, idempotencyKey, at: clock.now().toISOString() });
  const late = new AbortController();
  const answered = new AbortController();
  const over = clock.sleep(Math.max(0, deadlineMs - clock.monotonicMs()), answered.signal).then(
    () => late.abort(),
    // The answer was first.
    () => undefined,
  );
  try {
    const signal = AbortSignal.any([step.signal, late.signal]);
    return await webhooks.post(request.url, { headers: headersOf(idempotencyKey, key, body), body, signal });
  } catch (error) {
    step.signal.throwIfAborted();
    if (late.signal.aborted) throw timedOut(request, "No answer came in time.");
    if (error instanceof Fault && error.retryable) return error.message;
    throw error;
  } finally {
    answered.abort();
    await over;
  }
}

function headersOf(idempotencyKey: string, key: string | null, body: string): Record<string, string> {
  const signature = key === null ? null : createHmac("sha256", key).update(body, "utf8").digest("hex");
  return {
    "Content-Type": "application/json",
    "Idempotency-Key": idempotencyKey,
    ...(signature === null ? {} : { "X-Secondsite-Signature": `sha256=${signature}` }),
  };
}

async function signatureKey(context: OperationContext, { vault, secret }: WebhookRequest): Promise<string | null> {
  if (secret === null) return null;
  const account = await context.repositories.automationAccounts.find(vault, secret.accountName);
  const variable = account && (await context.repositories.automationVariables.find(account.id, secret.variableName));
  // It was there a moment ago (webhookProblem): gone since.
  if (!variable) throw new Refusal("conflict", { ...GONE, message: `The variable ${secret.variableName} is gone.` });
  return valueOf(context, variable);
}

const GONE = {
  code: "VariableNotFound",
  possibleCauses: "It was deleted while the webhook was about to be called.",
  recommendedAction: "Create the variable again, and restart the job.",
};

function failed(url: string, { status, text }: WebhookAnswer): Fault {
  const redirected = status >= 300 && status < 400;
  return new Fault({
    code: "WebhookFailed",
    message: `The webhook ${url} answered ${status}.`,
    possibleCauses: redirected
      ? "The address has moved. Redirects are not followed: they could lead the signed message elsewhere."
      : `The receiver refused the call: ${text.slice(0, 300)}`,
    recommendedAction: redirected
      ? "Put the address that it leads to into the action."
      : "Correct the address, the key of the signature, or the receiver, then restart the job.",
  });
}

function timedOut({ url, timeoutSeconds }: WebhookRequest, last: string): Fault {
  return new Fault({
    code: "WebhookTimedOut",
    message: `The webhook ${url} did not succeed within ${timeoutSeconds} seconds. ${last}`,
    possibleCauses: "The receiver is down, overloaded, or not reachable from here.",
    recommendedAction: "Bring the receiver up, or give the action more time; then restart the job.",
  });
}
