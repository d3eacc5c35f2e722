import type { ApplicationCheck } from "@/lib/domain/evidence-settings";
import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import type { StepContext } from "@/lib/jobs/job-definition";
import { BugError } from "@/lib/kernel/assert";
import type { OperationContext } from "../context";
import type { ProbeAnswer } from "../ports/application-probe";

/** Whether runbooks can be application checks: the seam to automation. While false, no such check can be set. */
export const SCRIPT_CHECKS_CONNECTED = false;

export interface CheckScriptRequest {
  readonly check: Extract<ApplicationCheck, { kind: "Runbook" }>;
  readonly item: ProtectedItem;
  readonly machine: DeployedMachine;
}

/** Passed: the runbook ended with exit code 0 within the time limit. Must not run it twice for one attempt of a step. */
export function runCheckScript(
  _step: StepContext<OperationContext>,
  request: CheckScriptRequest,
): Promise<ProbeAnswer> {
  throw new BugError(`the check of ${request.item.machineName} is a runbook, and nothing runs runbooks`);
}
