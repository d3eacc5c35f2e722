import { SITE_RECOVERY_API_VERSIONS as apiVersions } from "@/lib/contract/api-versions";
import { nameInArmId } from "@/lib/contract/arm-id";
import { listOf } from "@/lib/contract/portal";
import { CleanupBody } from "@/lib/contract/protected-items";
import {
  CreatePlanBody,
  PlanPlannedFailoverBody,
  PlanTestFailoverBody,
  PlanUnplannedFailoverBody,
  RecoveryPlanResource,
  UpdatePlanBody,
  type PlanGroupWire,
} from "@/lib/contract/recovery-plans";
import type { Fabric, RecoveryPlan, RecoveryPlanGroup, Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "@/lib/operations/context";
import { declaredAt } from "@/lib/operations/evidence/declared-outage";
import type { PointChoice } from "@/lib/operations/failover/choose-recovery-point";
import { readRecoveryPlan } from "@/lib/operations/read-recovery-plan";
import {
  deleteRecoveryPlan,
  saveRecoveryPlan,
  updateRecoveryPlan,
} from "@/lib/operations/recovery-plans/edit-recovery-plan";
import { failBackRecoveryPlan } from "@/lib/operations/recovery-plans/fail-back-recovery-plan";
import {
  cancelPlanFailover,
  cleanUpRecoveryPlan,
  commitRecoveryPlan,
  reverseReplicatePlan,
} from "@/lib/operations/recovery-plans/finish-recovery-plan";
import { runRecoveryPlan } from "@/lib/operations/recovery-plans/run-recovery-plan";
import { accepted, list, noContent, ok } from "../answers";
import { requireForward, testNetworkFrom } from "../failover-input";
import { planFailbackFrom, planPoint, planPointsFrom, refusePoints, usesSharedPoints } from "../plan-input";
import { VAULT } from "../paths";
import { refuseWhenNotNew } from "../preconditions";
import { actionFrom } from "../presenters/plan-action";
import { recoveryPlanArmId } from "../presenters/protected-item";
import { presentRecoveryPlan } from "../presenters/recovery-plan";
import { nameFromReference } from "../references";
import { noSuchResource, resolvePlan, resolveVault } from "../resolve";
import { route, type Call, type ParamNames, type Route } from "../route";

const PLAN = `${VAULT}/replicationRecoveryPlans/{recoveryPlanName}` as const;
type PlanCall = Call<ParamNames<typeof PLAN>, unknown>;

async function planAnswer(context: OperationContext, vault: Vault, plan: RecoveryPlan): Promise<Response> {
  return ok(presentRecoveryPlan(await readRecoveryPlan(context, vault, plan)));
}

async function start(call: PlanCall, begin: (vault: Vault, plan: RecoveryPlan) => Promise<Job>): Promise<Response> {
  const { vault, plan } = await resolvePlan(call);
  return accepted(call, vault, await begin(vault, plan), recoveryPlanArmId(vault, plan));
}

export const recoveryPlanRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${VAULT}/replicationRecoveryPlans`,
    summary: "Lists the recovery plans of a vault.",
    apiVersions,
    answer: listOf(RecoveryPlanResource),
    async handle(call) {
      const vault = await resolveVault(call);
      const plans = await call.context.repositories.recoveryPlans.list(vault.id);
      const views = await Promise.all(plans.map((plan) => readRecoveryPlan(call.context, vault, plan)));
      return list(views.map(presentRecoveryPlan));
    },
  }),
  route({
    method: "GET",
    path: PLAN,
    summary: "Gets a recovery plan, with the service's own two groups in front.",
    apiVersions,
    answer: RecoveryPlanResource,
    async handle(call) {
      const { vault, plan } = await resolvePlan(call);
      return planAnswer(call.context, vault, plan);
    },
  }),
  route({
    method: "PUT",
    path: PLAN,
    summary: "Creates a recovery plan, or replaces its groups.",
    apiVersions,
    body: CreatePlanBody,
    answer: RecoveryPlanResource,
    async handle(call) {
      const vault = await resolveVault(call);
      const { recoveryPlanName: name } = call.params;
      const existing = await call.context.repositories.recoveryPlans.find(vault.id, name);
      if (existing) refuseWhenNotNew(call, "recovery plan", existing.name, "recoveryPlanName");
      const fabric = await fabricOf(call.context, vault, call.body.properties.primaryFabricId);
      const groups = await groupsFrom(call.context, fabric, call.body.properties.groups);
      return planAnswer(call.context, vault, await saveRecoveryPlan(call.context, vault, { name, fabric, groups }));
    },
  }),
  route({
    method: "PATCH",
    path: PLAN,
    summary: "Replaces all groups of a recovery plan, actions included.",
    apiVersions,
    body: UpdatePlanBody,
    answer: RecoveryPlanResource,
    async handle(call) {
      const { vault, plan } = await resolvePlan(call);
      const given = call.body.properties.groups;
      if (!given) return planAnswer(call.context, vault, plan);
      const fabric = await call.context.repositories.fabrics.get(plan.fabricId);
      if (!fabric) throw noSuchResource(plan.fabricId, "primaryFabricId");
      const groups = await groupsFrom(call.context, fabric, given);
      return planAnswer(call.context, vault, await updateRecoveryPlan(call.context, plan, groups));
    },
  }),
  route({
    method: "DELETE",
    path: PLAN,
    summary: "Deletes a recovery plan. Refused while it runs.",
    apiVersions,
    async handle(call) {
      const vault = await resolveVault(call);
      const plan = await call.context.repositories.recoveryPlans.find(vault.id, call.params.recoveryPlanName);
      if (plan) await deleteRecoveryPlan(call.context, plan);
      return noContent();
    },
  }),
  route({
    method: "POST",
    path: `${PLAN}/testFailover`,
    summary: "Test failover of all machines of the plan (job).",
    apiVersions,
    body: PlanTestFailoverBody,
    longRunning: true,
    handle: (call) =>
      start(call, async (vault, plan) => {
        const { properties } = call.body;
        requireForward(properties.failoverDirection);
        const details = properties.providerSpecificDetails;
        return runRecoveryPlan(call.context, vault, plan, {
          kind: "TestFailover",
          point: planPoint(details, "Latest"),
          useSharedPoints: usesSharedPoints(details),
          points: await planPointsFrom(call.context, plan, details),
          testNetworkName: testNetworkFrom(properties),
          shutDownSource: false,
        });
      }),
  }),
  route({
    method: "POST",
    path: `${PLAN}/plannedFailover`,
    summary:
      "Planned failover of all machines of the plan to Azure, or in the other direction back to their site (job).",
    apiVersions,
    body: PlanPlannedFailoverBody,
    longRunning: true,
    handle: (call) =>
      start(call, (vault, plan) => {
        const back = planFailbackFrom(call.body.properties);
        if (back) return failBackRecoveryPlan(call.context, plan, back);
        refusePoints(call.body.properties.providerSpecificDetails);
        const point: PointChoice = { type: "Latest" };
        return runRecoveryPlan(call.context, vault, plan, {
          kind: "PlannedFailover",
          point,
          testNetworkName: null,
          shutDownSource: true,
          startInstantly: call.body.properties.startInstantly === true,
        });
      }),
  }),
  route({
    method: "POST",
    path: `${PLAN}/unplannedFailover`,
    summary: "Unplanned failover of all machines of the plan (job); goes on when one fails.",
    apiVersions,
    body: PlanUnplannedFailoverBody,
    longRunning: true,
    handle: (call) =>
      start(call, async (vault, plan) => {
        const { properties } = call.body;
        requireForward(properties.failoverDirection);
        const details = properties.providerSpecificDetails;
        return runRecoveryPlan(declaredAt(call.context, properties.outageDeclaredAt), vault, plan, {
          kind: "UnplannedFailover",
          point: planPoint(details, "LatestProcessed"),
          useSharedPoints: usesSharedPoints(details),
          points: await planPointsFrom(call.context, plan, details),
          testNetworkName: null,
          shutDownSource: properties.sourceSiteOperations === "Required",
          startInstantly: properties.startInstantly === true,
        });
      }),
  }),
  route({
    method: "POST",
    path: `${PLAN}/failoverCommit`,
    summary: "Commits the failover of every machine of the plan that waits for it (job).",
    apiVersions,
    longRunning: true,
    handle: (call) => start(call, (_, plan) => commitRecoveryPlan(call.context, plan)),
  }),
  route({
    method: "POST",
    path: `${PLAN}/failoverCancel`,
    summary: "Takes back every failover of the plan that is not committed (job).",
    apiVersions,
    longRunning: true,
    handle: (call) => start(call, (_, plan) => cancelPlanFailover(call.context, plan)),
  }),
  route({
    method: "POST",
    path: `${PLAN}/reProtect`,
    summary: "Reverse replication of every machine of the plan that came back and was committed (job).",
    apiVersions,
    longRunning: true,
    handle: (call) => start(call, (_, plan) => reverseReplicatePlan(call.context, plan)),
  }),
  route({
    method: "POST",
    path: `${PLAN}/testFailoverCleanup`,
    summary: "Completes every test failover of the plan that is up (job).",
    apiVersions,
    body: CleanupBody,
    bodyOptional: true,
    longRunning: true,
    handle: (call) =>
      start(call, (_, plan) => cleanUpRecoveryPlan(call.context, plan, call.body.properties?.comments ?? "")),
  }),
];

async function fabricOf(context: OperationContext, vault: Vault, id: string): Promise<Fabric> {
  const name = nameFromReference(id, "replicationFabrics", "properties.primaryFabricId");
  const fabric = await context.repositories.fabrics.find(vault.id, name);
  if (!fabric) throw noSuchResource(name, "properties.primaryFabricId");
  return fabric;
}

/** From names in ids to our ids. What is not found keeps its id, so that the rules can name it. */
async function groupsFrom(
  context: OperationContext,
  fabric: Fabric,
  groups: readonly PlanGroupWire[],
): Promise<RecoveryPlanGroup[]> {
  return Promise.all(
    groups.map(async (group) => ({
      type: group.groupType,
      protectedItemIds: await Promise.all(
        (group.replicationProtectedItems ?? []).map(async ({ id }) => {
          const name = nameInArmId(id, "replicationProtectedItems") ?? id;
          return (await context.repositories.protectedItems.find(fabric.id, name))?.id ?? id;
        }),
      ),
      startActions: (group.startGroupActions ?? []).map(actionFrom),
      endActions: (group.endGroupActions ?? []).map(actionFrom),
    })),
  );
}
