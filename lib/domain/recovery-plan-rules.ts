import type { Explanation } from "@/lib/kernel/fault";
import type { RecoveryPlanAction, RecoveryPlanGroup } from "./entities";

export const BOOT_GROUPS_MAX = 7;
export const PLAN_MACHINES_MAX = 100;

export type PlanFailoverType = "TestFailover" | "PlannedFailover" | "UnplannedFailover";

/** The service puts an empty Shutdown and an empty Failover group in front of the caller's boot groups. */
export function withServiceGroups(groups: readonly RecoveryPlanGroup[]): RecoveryPlanGroup[] {
  const own = (type: "Shutdown" | "Failover"): RecoveryPlanGroup => {
    const given = groups.filter((group) => group.type === type);
    return {
      type,
      protectedItemIds: [],
      startActions: given.flatMap((group) => group.startActions),
      endActions: given.flatMap((group) => group.endActions),
    };
  };
  return [own("Shutdown"), own("Failover"), ...groups.filter((group) => group.type === "Boot")];
}

export function bootGroups(groups: readonly RecoveryPlanGroup[]): RecoveryPlanGroup[] {
  return groups.filter((group) => group.type === "Boot");
}

export function planItemIds(groups: readonly RecoveryPlanGroup[]): string[] {
  return bootGroups(groups).flatMap((group) => [...group.protectedItemIds]);
}

/** Whether the action belongs to a run of this type in the only direction there is so far. */
export function actionApplies(action: RecoveryPlanAction, type: PlanFailoverType): boolean {
  return action.failoverTypes.includes(type) && action.failoverDirections.includes("PrimaryToRecovery");
}

/** The first rule that the groups break, or null. `nameOf` gives the machine's name for an item id, null when unknown. */
export function planProblem(
  groups: readonly RecoveryPlanGroup[],
  nameOf: (itemId: string) => string | null,
): Explanation | null {
  const boots = bootGroups(groups);
  const ids = planItemIds(groups);
  if (boots.length === 0)
    return problem("RecoveryPlanWithoutGroups", "A recovery plan needs at least one boot group.", "Add a group.");
  if (boots.length > BOOT_GROUPS_MAX) {
    const message = `A recovery plan has at most ${BOOT_GROUPS_MAX} boot groups; this one has ${boots.length}.`;
    return problem("RecoveryPlanTooManyGroups", message, "Join groups whose machines may start together.");
  }
  if (ids.length > PLAN_MACHINES_MAX) {
    const message = `A recovery plan has at most ${PLAN_MACHINES_MAX} machines; this one has ${ids.length}.`;
    return problem("RecoveryPlanTooManyMachines", message, "Split the plan.");
  }
  const empty = boots.findIndex((group) => group.protectedItemIds.length === 0);
  if (empty >= 0) {
    const message = `Group ${empty + 1} of the recovery plan has no machines.`;
    return problem("RecoveryPlanGroupEmpty", message, "Add a machine to the group or remove it.");
  }
  const unknown = ids.find((id) => nameOf(id) === null);
  if (unknown !== undefined) {
    const message = `The recovery plan names a protected machine that does not exist: ${unknown}.`;
    return problem("RecoveryPlanUnknownItem", message, "Protect the machine first, or leave it out of the plan.");
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    const message = `${nameOf(twice) ?? twice} is in the recovery plan twice.`;
    return problem("RecoveryPlanItemTwice", message, "Leave each machine in one group only.");
  }
  return misplacedItem(groups) ?? actionProblem(groups);
}

function misplacedItem(groups: readonly RecoveryPlanGroup[]): Explanation | null {
  const wrong = groups.find((group) => group.type !== "Boot" && group.protectedItemIds.length > 0);
  if (!wrong) return null;
  const message = `The ${wrong.type} group takes no machines of its own: it acts on all machines of the plan.`;
  return problem("RecoveryPlanGroupTakesNoItems", message, "Put the machines into boot groups.");
}

function actionProblem(groups: readonly RecoveryPlanGroup[]): Explanation | null {
  for (const group of groups) {
    const actions = [...group.startActions, ...group.endActions];
    if (actions.some((action) => action.name.trim() === "")) {
      return problem("RecoveryPlanActionWithoutName", "An action of the recovery plan has no name.", "Name it.");
    }
    const repeated = actions.find(
      (action, index) => actions.findIndex((other) => other.name === action.name) !== index,
    );
    if (repeated) {
      const message = `The action '${repeated.name}' is in one group of the recovery plan twice.`;
      return problem("RecoveryPlanActionTwice", message, "Give the actions of a group different names.");
    }
  }
  return null;
}

function problem(code: string, message: string, cure: string): Explanation {
  return { code, message, possibleCauses: "The plan breaks a rule of recovery plans.", recommendedAction: cure };
}
