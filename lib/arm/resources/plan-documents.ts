import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { vaultArmId } from "@/lib/contract/arm-id";
import {
  AppliedPlanDocument,
  ApplyPlanDocumentBody,
  ClonePlanBody,
  PlanDocumentResource,
  PlanSettings,
  PlanSettingsBody,
} from "@/lib/contract/plan-document";
import { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import type { Vault } from "@/lib/domain/entities";
import { readRecoveryPlan } from "@/lib/operations/read-recovery-plan";
import { applyPlanDocument, exportPlanDocument } from "@/lib/operations/recovery-plans/apply-plan-document";
import { cloneRecoveryPlan } from "@/lib/operations/recovery-plans/clone-recovery-plan";
import { planGroupsMaxOf, setPlanGroupsMax } from "@/lib/operations/recovery-plans/plan-settings";
import { created, ok } from "../answers";
import { VAULT, VAULT_OWN } from "../paths";
import { recoveryPlanArmId } from "../presenters/protected-item";
import { presentRecoveryPlan } from "../presenters/recovery-plan";
import { resolvePlan, resolveVault } from "../resolve";
import { route, type Route } from "../route";

const PLAN_OWN = `${VAULT}/replicationRecoveryPlans/{recoveryPlanName}/providers/Secondsite.Recovery` as const;
const SETTINGS = `${VAULT_OWN}/recoveryPlanSettings/default` as const;

function settingsAnswer(vault: Vault): Response {
  return ok({
    id: `${vaultArmId(vault)}/providers/Secondsite.Recovery/recoveryPlanSettings/default`,
    name: "default",
    type: "Secondsite.Recovery/recoveryPlanSettings",
    properties: { planGroupsMax: planGroupsMaxOf(vault) },
  });
}

export const planDocumentRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${PLAN_OWN}/document`,
    summary: "The plan as YAML, with names instead of ids; applied again it changes nothing.",
    apiVersions: OWN_API_VERSIONS,
    answer: PlanDocumentResource,
    async handle(call) {
      const { vault, plan } = await resolvePlan(call);
      return ok({
        id: `${recoveryPlanArmId(vault, plan)}/providers/Secondsite.Recovery/document`,
        name: plan.name,
        type: "Secondsite.Recovery/planDocuments",
        properties: await exportPlanDocument(call.context, plan),
      });
    },
  }),
  route({
    method: "POST",
    path: `${VAULT_OWN}/applyPlanDocument`,
    summary: "Makes a plan what a YAML document says, or with dryRun only says what would differ.",
    apiVersions: OWN_API_VERSIONS,
    body: ApplyPlanDocumentBody,
    answer: AppliedPlanDocument,
    async handle(call) {
      const vault = await resolveVault(call);
      const { yaml, dryRun } = call.body.properties;
      const applied = await applyPlanDocument(call.context, vault, { yaml, dryRun: dryRun === true });
      return ok({
        id: recoveryPlanArmId(vault, { name: applied.planName }),
        name: applied.planName,
        type: "Secondsite.Recovery/appliedPlanDocuments",
        properties: { ...applied, dryRun: dryRun === true },
      });
    },
  }),
  route({
    method: "POST",
    path: `${PLAN_OWN}/clone`,
    summary: "Makes a plan of another name with the same groups and actions.",
    apiVersions: OWN_API_VERSIONS,
    body: ClonePlanBody,
    answer: RecoveryPlanResource,
    async handle(call) {
      const { vault, plan } = await resolvePlan(call);
      const copy = await cloneRecoveryPlan(call.context, vault, plan, call.body.properties.name);
      return created(presentRecoveryPlan(await readRecoveryPlan(call.context, vault, copy)));
    },
  }),
  route({
    method: "GET",
    path: SETTINGS,
    summary: "What recovery plans of the vault may be.",
    apiVersions: OWN_API_VERSIONS,
    answer: PlanSettings,
    handle: async (call) => settingsAnswer(await resolveVault(call)),
  }),
  route({
    method: "PUT",
    path: SETTINGS,
    summary: "Sets how many boot groups a recovery plan may have; Azure has 7.",
    apiVersions: OWN_API_VERSIONS,
    body: PlanSettingsBody,
    answer: PlanSettings,
    async handle(call) {
      const vault = await resolveVault(call);
      return settingsAnswer(await setPlanGroupsMax(call.context, vault, call.body.properties.planGroupsMax));
    },
  }),
];
