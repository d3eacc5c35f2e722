import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { PlanValidation, PlanValidationBody } from "@/lib/contract/plan-validation";
import { validateRecoveryPlan } from "@/lib/operations/recovery-plans/validate-recovery-plan";
import type { PlanRequest } from "@/lib/operations/recovery-plans/run-recovery-plan";
import { ok } from "../answers";
import { requireForward, testNetworkFrom } from "../failover-input";
import { VAULT } from "../paths";
import { planPoint, planPointsFrom, refusePoints, usesSharedPoints } from "../plan-input";
import { presentPlanValidation } from "../presenters/plan-validation";
import { resolvePlan } from "../resolve";
import { route, type Route } from "../route";

export const planValidationRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: `${VAULT}/replicationRecoveryPlans/{recoveryPlanName}/providers/Secondsite.Recovery/validate`,
    summary: "What stands in the way of a run, for each machine and action, and its cure. Changes nothing.",
    apiVersions: OWN_API_VERSIONS,
    body: PlanValidationBody,
    answer: PlanValidation,
    async handle(call) {
      const { vault, plan } = await resolvePlan(call);
      const { properties } = call.body;
      const isBack =
        properties.failoverDirection === "RecoveryToPrimary" && properties.failoverType === "PlannedFailover";
      if (!isBack) requireForward(properties.failoverDirection);
      const { failoverType: kind, recoveryPointType, multiVmSyncPointOption, recoveryPoints } = properties;
      const details = [{ recoveryPointType, multiVmSyncPointOption, recoveryPoints }];
      if (kind === "PlannedFailover") refusePoints(details);
      const request: PlanRequest = {
        kind,
        point: planPoint(details, kind === "UnplannedFailover" ? "LatestProcessed" : "Latest"),
        useSharedPoints: usesSharedPoints(details),
        points: await planPointsFrom(call.context, plan, details),
        testNetworkName: kind === "TestFailover" ? testNetworkFrom(properties) : null,
        shutDownSource: kind === "PlannedFailover" || properties.sourceSiteOperations === "Required",
      };
      const back = isBack ? ({ dataSyncOption: "ForDownTime", createMachine: true } as const) : null;
      const view = await validateRecoveryPlan(call.context, vault, plan, request, back);
      const fabric = await call.context.repositories.fabrics.get(plan.fabricId);
      return ok(presentPlanValidation({ vault, plan, fabric, kind }, view));
    },
  }),
];
