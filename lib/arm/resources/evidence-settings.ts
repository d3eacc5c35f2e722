import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { vaultArmId } from "@/lib/contract/arm-id";
import { ApplicationCheckBody, ApplicationCheckView, TargetsBody, TargetsView } from "@/lib/contract/evidence";
import type { EvidenceSettings } from "@/lib/domain/evidence-settings";
import { readEvidenceSettings, setApplicationCheck, setTargets } from "@/lib/operations/evidence/evidence-settings";
import { ok } from "../answers";
import { PROTECTED_ITEM, VAULT, VAULT_OWN } from "../paths";
import { recoveryPlanArmId } from "../presenters/protected-item";
import { noSuchResource, resolveProtectedItem, resolveVault } from "../resolve";
import { route, type Call, type ParamNames, type Route } from "../route";
import { protectedItemArmId } from "../site-recovery-ids";

const OF_PLAN = `${VAULT}/replicationRecoveryPlans/{recoveryPlanName}/providers/Secondsite.Recovery/evidenceTargets` as const; // prettier-ignore
const OF_VAULT = `${VAULT_OWN}/evidenceTargets` as const;
const OF_ITEM = `${PROTECTED_ITEM}/providers/Secondsite.Recovery/applicationCheck` as const;
const apiVersions = OWN_API_VERSIONS;

interface Owner {
  readonly vaultId: string;
  readonly ownerId: string;
  readonly armId: string;
}

async function vaultOwner(call: Call<ParamNames<typeof OF_VAULT>, unknown>): Promise<Owner> {
  const vault = await resolveVault(call);
  return { vaultId: vault.id, ownerId: vault.id, armId: vaultArmId(vault) };
}

async function planOwner(call: Call<ParamNames<typeof OF_PLAN>, unknown>): Promise<Owner> {
  const vault = await resolveVault(call);
  const plan = await call.context.repositories.recoveryPlans.find(vault.id, call.params.recoveryPlanName);
  if (!plan) throw noSuchResource(call.params.recoveryPlanName, "recoveryPlanName");
  return { vaultId: vault.id, ownerId: plan.id, armId: recoveryPlanArmId(vault, plan) };
}

async function itemOwner(call: Call<ParamNames<typeof OF_ITEM>, unknown>): Promise<Owner> {
  const { vault, fabric, item } = await resolveProtectedItem(call);
  return { vaultId: vault.id, ownerId: item.id, armId: protectedItemArmId(vault, fabric, item) };
}

function targetsAnswer({ armId }: Owner, { targets }: EvidenceSettings): Response {
  const type = "Secondsite.Recovery/evidenceTargets";
  const view: TargetsView = {
    ...{ id: `${armId}/providers/${type}`, name: "evidenceTargets", type },
    properties: { targets: { ...targets } },
  };
  return ok(view);
}

function checkAnswer({ armId }: Owner, { applicationCheck }: EvidenceSettings): Response {
  const type = "Secondsite.Recovery/applicationCheck";
  const view: ApplicationCheckView = {
    ...{ id: `${armId}/providers/${type}`, name: "applicationCheck", type },
    properties: { applicationCheck },
  };
  return ok(view);
}

export const evidenceSettingsRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: OF_VAULT,
    summary: "RPO and RTO that the vault's runs are measured against.",
    apiVersions,
    answer: TargetsView,
    async handle(call) {
      const owner = await vaultOwner(call);
      return targetsAnswer(owner, await readEvidenceSettings(call.context, owner.ownerId));
    },
  }),
  route({
    method: "PUT",
    path: OF_VAULT,
    summary: "Sets them, for runs that begin from now on.",
    apiVersions,
    body: TargetsBody,
    answer: TargetsView,
    async handle(call) {
      const owner = await vaultOwner(call);
      return targetsAnswer(owner, await setTargets(call.context, owner, call.body.properties.targets));
    },
  }),
  route({
    method: "GET",
    path: OF_PLAN,
    summary: "RPO and RTO of a recovery plan; what is null is the vault's.",
    apiVersions,
    answer: TargetsView,
    async handle(call) {
      const owner = await planOwner(call);
      return targetsAnswer(owner, await readEvidenceSettings(call.context, owner.ownerId));
    },
  }),
  route({
    method: "PUT",
    path: OF_PLAN,
    summary: "Sets a plan's own RPO and RTO, for runs that begin from now on.",
    apiVersions,
    body: TargetsBody,
    answer: TargetsView,
    async handle(call) {
      const owner = await planOwner(call);
      return targetsAnswer(owner, await setTargets(call.context, owner, call.body.properties.targets));
    },
  }),
  route({
    method: "GET",
    path: OF_ITEM,
    summary: "What is asked of the machine's application when its replica is up.",
    apiVersions,
    answer: ApplicationCheckView,
    async handle(call) {
      const owner = await itemOwner(call);
      return checkAnswer(owner, await readEvidenceSettings(call.context, owner.ownerId));
    },
  }),
  route({
    method: "PUT",
    path: OF_ITEM,
    summary: "Sets the machine's application check; null: none.",
    apiVersions,
    body: ApplicationCheckBody,
    answer: ApplicationCheckView,
    async handle(call) {
      const owner = await itemOwner(call);
      const { applicationCheck } = call.body.properties;
      return checkAnswer(owner, await setApplicationCheck(call.context, owner, applicationCheck));
    },
  }),
];
