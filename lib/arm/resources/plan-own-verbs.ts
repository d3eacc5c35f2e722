import { OWN_API_VERSIONS as apiVersions } from "@/lib/contract/api-versions";
import { PlanChangePointBody } from "@/lib/contract/recovery-plans";
import { changePlanPoint } from "@/lib/operations/recovery-plans/change-plan-point";
import { completePlanMigration } from "@/lib/operations/recovery-plans/complete-plan-migration";
import { accepted } from "../answers";
import { VAULT } from "../paths";
import { planPointsFrom, usesSharedPoints } from "../plan-input";
import { recoveryPlanArmId } from "../presenters/protected-item";
import { resolvePlan } from "../resolve";
import { route, type Route } from "../route";

const OWN = `${VAULT}/replicationRecoveryPlans/{recoveryPlanName}/providers/Secondsite.Recovery` as const;

/** What the service does to single machines only, for all machines of a plan in one job. */
export const planOwnVerbRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: `${OWN}/applyRecoveryPoint`,
    summary: "Makes the replicas of the plan again from other recovery points, before the commit (job).",
    apiVersions,
    body: PlanChangePointBody,
    longRunning: true,
    async handle(call) {
      const { vault, plan } = await resolvePlan(call);
      const { properties } = call.body;
      const job = await changePlanPoint(call.context, plan, {
        point: { type: properties.recoveryPointType ?? "LatestProcessed" },
        useSharedPoints: usesSharedPoints([properties]),
        points: await planPointsFrom(call.context, plan, [properties]),
      });
      return accepted(call, vault, job, recoveryPlanArmId(vault, plan));
    },
  }),
  route({
    method: "POST",
    path: `${OWN}/completeMigration`,
    summary: "Leaves all machines of the plan in Azure for good: protection ends, and the plan is deleted (job).",
    apiVersions,
    longRunning: true,
    async handle(call) {
      const { vault, plan } = await resolvePlan(call);
      const job = await completePlanMigration(call.context, plan);
      return accepted(call, vault, job, recoveryPlanArmId(vault, plan));
    },
  }),
];
