import type { PlanFinding, PlanValidation } from "@/lib/contract/plan-validation";
import type { Fabric, RecoveryPlan, Vault } from "@/lib/domain/entities";
import type { FailoverKind } from "@/lib/operations/failover/failover-run";
import type { Finding } from "@/lib/operations/recovery-plans/validate-plan-machine";
import type { PlanValidationView } from "@/lib/operations/recovery-plans/validate-recovery-plan";
import { protectedItemArmId } from "../site-recovery-ids";
import { recoveryPlanArmId } from "./protected-item";

interface Of {
  readonly vault: Vault;
  readonly plan: RecoveryPlan;
  readonly fabric: Fabric | null;
  readonly kind: FailoverKind;
}

export function presentPlanValidation({ vault, plan, fabric, kind }: Of, view: PlanValidationView): PlanValidation {
  const machines = view.machines.map(({ item, group, leftOut, point, findings }) => ({
    replicationProtectedItemId: fabric ? protectedItemArmId(vault, fabric, item) : item.name,
    machineName: item.machineName,
    group,
    ready: isReady(findings),
    skippedReason: leftOut,
    recoveryPoint: point,
    findings: findings.map(presentFinding),
  }));
  const actions = view.actions.map(({ group, position, action, applies, findings }) => ({
    group,
    position,
    actionName: action.name,
    instanceType: action.details.kind,
    applies,
    ready: isReady(findings),
    findings: findings.map(presentFinding),
  }));
  return {
    id: `${recoveryPlanArmId(vault, plan)}/providers/Secondsite.Recovery/validate`,
    name: plan.name,
    type: "Secondsite.Recovery/planValidations",
    properties: {
      planHash: view.hash,
      checkedAt: view.checkedAt,
      failoverType: kind,
      failoverDirection: view.direction,
      ready: isReady(view.findings) && [...machines, ...actions].every((one) => one.ready),
      findings: view.findings.map(presentFinding),
      machines,
      actions,
    },
  };
}

const isReady = (findings: readonly Finding[]) => findings.every((finding) => finding.severity !== "Error");

function presentFinding({ severity, code, message, possibleCauses, recommendedAction }: Finding): PlanFinding {
  return { severity, code, message, possibleCauses, recommendedAction };
}
