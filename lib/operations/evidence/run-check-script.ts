import type { ApplicationCheck } from "@/lib/domain/evidence-settings";
import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import type { StepContext } from "@/lib/jobs/job-definition";
import { runRunbook } from "../automation/run-runbook";
import type { OperationContext } from "../context";
import { vaultOf } from "../failover/replica";
import type { ProbeAnswer } from "../ports/application-probe";
import { idempotencyKey } from "../automation/idempotency-key";

export interface CheckScriptRequest {
  readonly check: Extract<ApplicationCheck, { kind: "Runbook" }>;
  readonly item: ProtectedItem;
  readonly machine: DeployedMachine;
}

const FAILOVER_TYPES: Readonly<Record<string, "Test" | "Planned" | "Unplanned">> = {
  TestFailover: "Test",
  UnplannedFailover: "Unplanned",
};

/**
 * Passed: the runbook ended with exit code 0 within the time limit. It gets the context of a plan's runbook, of this one
 * machine; the plan's name is empty for a machine that fails over alone. Once for an attempt of the step.
 * @throws what `runRunbook` throws
 */
export async function runCheckScript(
  step: StepContext<OperationContext>,
  { check, item, machine }: CheckScriptRequest,
): Promise<ProbeAnswer> {
  const vault = await vaultOf(step.services, item);
  const point = await step.services.repositories.recoveryPoints.get(machine.recoveryPointId);
  const { exitCode, seconds, outputTail } = await runRunbook(step, {
    vault,
    accountName: check.accountName,
    runbookName: check.runbookName,
    context: {
      RecoveryPlanName: step.job.targetType === "RecoveryPlan" ? step.job.targetName : "",
      FailoverType: FAILOVER_TYPES[step.job.scenarioName] ?? "Planned",
      FailoverDirection: "PrimaryToSecondary",
      GroupId: "",
      VmMap: {
        [item.machineId]: {
          SubscriptionId: vault.subscriptionId,
          ResourceGroupName: vault.resourceGroup,
          RoleName: machine.name,
          RecoveryPointId: point?.at ?? "",
        },
      },
    },
    idempotencyKey: idempotencyKey(step.job.id, { group: item.id, position: "after" }, "application check"),
    timeoutSeconds: check.timeoutSeconds,
  });
  const last = outputTail.trim().split("\n").at(-1) ?? "";
  const said = last === "" ? "" : `: ${last.slice(0, 200)}`;
  return {
    passed: exitCode === 0,
    detail: `the runbook ended with ${String(exitCode)} after ${seconds.toFixed(1)} s${said}`,
  };
}
