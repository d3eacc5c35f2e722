import type { ProtectedItem, RecoveryPlan, RecoveryPlanAction, Vault } from "@/lib/domain/entities";
import { planHash } from "@/lib/domain/plan-hash";
import { actionApplies, bootGroups, withServiceGroups, type PlanDirection } from "@/lib/domain/recovery-plan-rules";
import type { Explanation } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import type { PlanBackRequest } from "./fail-back-recovery-plan";
import { planItems } from "./plan-items";
import { participationOf } from "./plan-participation";
import { planBusy, planHolder } from "./settle-plan";
import { runbookProblem, webhookProblem } from "../automation/describe-runbook";
import type { PlanRequest } from "./run-recovery-plan";
import { wayBackFindings } from "./validate-way-back";
import { error, machineFindings, warning, type Finding } from "./validate-plan-machine";

export interface PlanValidationView {
  readonly hash: string;
  readonly checkedAt: string;
  readonly direction: PlanDirection;
  readonly findings: readonly Finding[];
  readonly machines: readonly MachineValidation[];
  readonly actions: readonly ActionValidation[];
}
export interface MachineValidation {
  readonly item: ProtectedItem;
  readonly group: number;
  readonly leftOut: string | null;
  readonly point: { readonly id: string; readonly at: string } | null;
  readonly findings: readonly Finding[];
}
export interface ActionValidation {
  readonly group: string;
  readonly position: "before" | "after";
  readonly action: RecoveryPlanAction;
  readonly applies: boolean;
  readonly findings: readonly Finding[];
}

/**
 * What stands in the way of a run, and its cure: everything that the run would look at before it touches anything. Reads
 * only; nothing is held, written, sent or started. `back`: of the planned failover back to the site.
 */
export async function validateRecoveryPlan(
  context: OperationContext,
  vault: Vault,
  plan: RecoveryPlan,
  request: PlanRequest,
  back: PlanBackRequest | null = null,
): Promise<PlanValidationView> {
  const items = await planItems(context, plan);
  const machines: MachineValidation[] = [];
  for (const [index, group] of bootGroups(plan.groups).entries()) {
    for (const id of group.protectedItemIds) {
      const item = items.get(id);
      if (!item) continue;
      if (back !== null) {
        machines.push({ item, group: index + 1, point: null, ...(await wayBackFindings(context, plan, item, back)) });
        continue;
      }
      const { leftOut, blocked } = await participationOf(context, plan, request.kind, item);
      const found =
        leftOut === null
          ? await machineFindings(context, vault, item, request, [...items.values()])
          : { point: null, findings: [] };
      const findings = [...(blocked ? [error(blocked)] : []), ...found.findings];
      machines.push({ item, group: index + 1, leftOut, point: found.point, findings });
    }
  }
  const hasMissing = bootGroups(plan.groups).some((group) => group.protectedItemIds.some((id) => !items.has(id)));
  return {
    hash: planHash(plan.groups),
    checkedAt: context.clock.now().toISOString(),
    direction: back === null ? "PrimaryToRecovery" : "RecoveryToPrimary",
    findings: await planFindings(context, vault, plan, request, machines, hasMissing),
    machines,
    actions: await actionFindings(context, vault, plan, request, back !== null),
  };
}

async function planFindings(
  context: OperationContext,
  vault: Vault,
  plan: RecoveryPlan,
  request: PlanRequest,
  machines: readonly MachineValidation[],
  hasMissing: boolean,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const holder = await planHolder(context, plan);
  if (holder) findings.push(error(planBusy(plan, holder).explanation));
  if (!(await context.vaultData.isUnlocked(vault))) findings.push(error(vaultLocked(vault)));
  if (hasMissing) findings.push(error(machineGone(plan)));
  if (machines.length > 0 && machines.every((machine) => machine.leftOut !== null)) {
    findings.push(error(nothingLeft(plan)));
  }
  if (request.kind !== "TestFailover" || request.testNetworkName === null) return findings;
  const network = await context.repositories.virtualNetworks.find(vault, request.testNetworkName);
  if (!network) findings.push(error(noNetwork(request.testNetworkName)));
  else if (!network.isolated) findings.push(warning(notIsolated(network.name)));
  return findings;
}

async function actionFindings(
  context: OperationContext,
  vault: Vault,
  plan: RecoveryPlan,
  request: PlanRequest,
  isBack: boolean,
): Promise<ActionValidation[]> {
  const found: ActionValidation[] = [];
  let number = 0;
  for (const group of withServiceGroups(plan.groups)) {
    if (group.type === "Boot") number += 1;
    const name = group.type === "Boot" ? String(number) : group.type;
    const add = async (position: "before" | "after", action: RecoveryPlanAction) => {
      const isRun = request.kind !== "TestFailover" || group.type !== "Shutdown";
      const direction = isBack ? "RecoveryToPrimary" : "PrimaryToRecovery";
      const applies = isRun && actionApplies(action, request.kind, direction);
      const problem = applies ? await problemOf(context, vault, action) : null;
      found.push({ group: name, position, action, applies, findings: problem ? [error(problem)] : [] });
    };
    for (const action of group.startActions) await add("before", action);
    for (const action of group.endActions) await add("after", action);
  }
  return found;
}

async function problemOf(
  context: OperationContext,
  vault: Vault,
  { details }: RecoveryPlanAction,
): Promise<Explanation | null> {
  switch (details.kind) {
    case "ManualActionDetails":
      return null;
    case "AutomationRunbookActionDetails":
      return runbookProblem(context, vault, details.accountName, details.runbookName);
    case "WebhookActionDetails":
      return webhookProblem(context, vault, details.url, details.secret);
  }
}

function vaultLocked(vault: Vault): Explanation {
  return {
    code: "VaultLocked",
    message: `The vault ${vault.name} is locked.`,
    possibleCauses: "Somebody locked it, or the home folder was restored without its keys.",
    recommendedAction: "Unlock the vault on its Dashboard with the passphrase.",
  };
}

function machineGone(plan: RecoveryPlan): Explanation {
  return {
    code: "RecoveryPlanItemGone",
    message: `The recovery plan ${plan.name} names a machine that is not protected any more.`,
    possibleCauses: "Its protection was disabled.",
    recommendedAction: "Edit the plan and take the machine out, or protect it again.",
  };
}

function nothingLeft(plan: RecoveryPlan): Explanation {
  return {
    code: "RecoveryPlanOperationNotAllowed",
    message: `The recovery plan ${plan.name} has nothing to do: every machine is passed over.`,
    possibleCauses: "The machines have failed over already, or another plan holds them.",
    recommendedAction: "Look at the state of the plan's machines under Protected Items.",
  };
}

function noNetwork(name: string): Explanation {
  return {
    code: "NetworkNotFound",
    message: `There is no virtual network named ${JSON.stringify(name.slice(0, 80))}.`,
    possibleCauses: "The name is misspelt, or the network was deleted.",
    recommendedAction: "Choose a network of the list, or create it first.",
  };
}

function notIsolated(name: string): Explanation {
  return {
    code: "TestNetworkNotIsolated",
    message: `The network ${name} is not isolated: test machines may be taken for the machines themselves.`,
    possibleCauses: "A production network was chosen for a test.",
    recommendedAction: "Use an isolated network for tests, or make sure that names and addresses do not collide.",
  };
}
