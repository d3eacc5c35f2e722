import { structuredPatch } from "diff";
import type { RecoveryPlan, Vault } from "@/lib/domain/entities";
import { planHash } from "@/lib/domain/plan-hash";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { saveRecoveryPlan } from "./edit-recovery-plan";
import { documentOf, groupsOf, MachineLabels } from "./plan-document";
import { parsePlanYaml, planYaml } from "./plan-yaml";
import { requirePlanRules } from "./require-plan-rules";

export interface AppliedDocument {
  readonly planName: string;
  readonly existed: boolean;
  readonly changed: boolean;
  /** Lines that begin with "+ ", "- " or two spaces. Empty when nothing differs. */
  readonly differences: readonly string[];
  readonly planHash: string;
}

export async function exportPlanDocument(
  context: OperationContext,
  plan: RecoveryPlan,
): Promise<{ readonly yaml: string; readonly planHash: string }> {
  return { yaml: await yamlOf(context, plan), planHash: planHash(plan.groups) };
}

/**
 * Makes the plan what the document says, or with `dryRun` only says what would differ. Applying it again changes nothing.
 * @throws Refusal PlanDocumentInvalid, PlanDocumentUnknownSite, RecoveryPlan… naming the broken rule
 */
export async function applyPlanDocument(
  context: OperationContext,
  vault: Vault,
  input: { readonly yaml: string; readonly dryRun: boolean },
): Promise<AppliedDocument> {
  const document = parsePlanYaml(input.yaml);
  const fabric = await context.repositories.fabrics.find(vault.id, document.site);
  if (!fabric) throw unknownSite(document.site);
  const labels = new MachineLabels(await context.repositories.protectedItems.listByFabric(fabric.id));
  const groups = groupsOf(document, labels);
  await requirePlanRules(context, vault, fabric.id, groups);
  const existing = await context.repositories.recoveryPlans.find(vault.id, document.name);
  const name = existing?.name ?? document.name;
  const wanted = planYaml(documentOf({ name, groups }, fabric.name, labels));
  const present = existing === null ? "" : await yamlOf(context, existing);
  const changed = present !== wanted;
  if (changed && !input.dryRun) await saveRecoveryPlan(context, vault, { name, fabric, groups });
  const differences = changed ? differencesOf(present, wanted) : [];
  return { planName: name, existed: existing !== null, changed, differences, planHash: planHash(groups) };
}

async function yamlOf(context: OperationContext, plan: RecoveryPlan): Promise<string> {
  const fabric = await context.repositories.fabrics.get(plan.fabricId);
  const items = await context.repositories.protectedItems.listByFabric(plan.fabricId);
  return planYaml(documentOf(plan, fabric?.name ?? plan.fabricId, new MachineLabels(items)));
}

function differencesOf(present: string, wanted: string): string[] {
  const patch = structuredPatch("", "", present, wanted, "", "", { context: 3 });
  return patch.hunks.flatMap((hunk) => hunk.lines.map((line) => `${line.charAt(0)} ${line.slice(1)}`));
}

function unknownSite(site: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "PlanDocumentUnknownSite",
      message: `The vault has no site named ${JSON.stringify(site.slice(0, 80))}.`,
      possibleCauses: "The name under 'site' is misspelt, or the document is of another vault.",
      recommendedAction: "Name a site of this vault, or create it first.",
    },
    "properties.yaml",
  );
}
