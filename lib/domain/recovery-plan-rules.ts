import type { Explanation } from "@/lib/kernel/fault";
import type { RecoveryPlanAction, RecoveryPlanGroup, RecoveryPlanGroupType } from "./entities";

/** As many as Azure has; a vault's settings may allow more. */
export const BOOT_GROUPS_MAX = 7;
export const BOOT_GROUPS_SETTING_MAX = 50;
export const PLAN_MACHINES_MAX = 100;
export const ACTION_TIMEOUT_SECONDS_MAX = 86_400;

/** Runs at which actions may be aimed. A failback is the planned failover of the other direction. */
export type PlanFailoverType =
  "TestFailover" | "PlannedFailover" | "UnplannedFailover" | "TestFailoverCleanup" | "Failback";
export type PlanDirection = "PrimaryToRecovery" | "RecoveryToPrimary";

/** Every kind of run that there is. */
const RUNS: readonly (readonly [PlanFailoverType, PlanDirection])[] = [
  ["TestFailover", "PrimaryToRecovery"],
  ["PlannedFailover", "PrimaryToRecovery"],
  ["UnplannedFailover", "PrimaryToRecovery"],
  ["TestFailoverCleanup", "PrimaryToRecovery"],
  ["Failback", "RecoveryToPrimary"],
];

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

/** Whether the action belongs to a run of this type and direction. `PlannedFailover` back is a `Failback`, and the reverse. */
export function actionApplies(
  action: Pick<RecoveryPlanAction, "failoverTypes" | "failoverDirections">,
  type: PlanFailoverType,
  direction: PlanDirection = "PrimaryToRecovery",
): boolean {
  const back = direction === "RecoveryToPrimary" && (type === "Failback" || type === "PlannedFailover");
  const types: readonly string[] = back ? ["Failback", "PlannedFailover"] : [type];
  return action.failoverTypes.some((one) => types.includes(one)) && action.failoverDirections.includes(direction);
}

/** The first rule that the groups break, or null. `nameOf` gives the machine's name for an item id, null when unknown. */
export function planProblem(
  groups: readonly RecoveryPlanGroup[],
  nameOf: (itemId: string) => string | null,
  bootGroupsMax: number = BOOT_GROUPS_MAX,
): Explanation | null {
  const boots = bootGroups(groups);
  const ids = planItemIds(groups);
  if (boots.length === 0)
    return problem("RecoveryPlanWithoutGroups", "A recovery plan needs at least one boot group.", "Add a group.");
  if (boots.length > bootGroupsMax) {
    const message = `A recovery plan of this vault has at most ${bootGroupsMax} boot groups; this one has ${boots.length}.`;
    const cure =
      "Join groups whose machines may start together, or allow more in the vault's settings of recovery plans.";
    return problem("RecoveryPlanTooManyGroups", message, cure);
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
    for (const action of actions) {
      const found = scopeProblem(action) ?? sideProblem(action, group.type) ?? detailsProblem(action);
      if (found) return found;
    }
  }
  return null;
}

function scopeProblem(action: RecoveryPlanAction): Explanation | null {
  const known: readonly string[] = RUNS.map(([type]) => type);
  const unknown = action.failoverTypes.find((type) => !known.includes(type));
  if (unknown !== undefined) {
    const message = `The action '${action.name}' is for ${unknown}, at which recovery plans run no actions.`;
    return problem("RecoveryPlanActionTypeNotRun", message, `Choose among ${known.join(", ")}.`);
  }
  if (RUNS.some(([type, direction]) => actionApplies(action, type, direction))) return null;
  const message = `The action '${action.name}' would never run: no run has one of its failover types and directions.`;
  const cure =
    "Choose at least one type and its direction: a failback goes from recovery to primary, everything else from primary to recovery.";
  return problem("RecoveryPlanActionScopedToNothing", message, cure);
}

/** The primary site is there for sure only while it is shut down in order (asr reference 9). */
function sideProblem({ name, details }: RecoveryPlanAction, type: RecoveryPlanGroupType): Explanation | null {
  if (details.kind !== "AutomationRunbookActionDetails" || details.fabricLocation !== "Primary") return null;
  if (type === "Shutdown") return null;
  const message = `The action '${name}' runs on the primary side, which only the Shutdown group has.`;
  return problem(
    "RecoveryPlanActionAtPrimary",
    message,
    "Move it to the Shutdown group, or run it on the recovery side.",
  );
}

function detailsProblem({ name, details }: RecoveryPlanAction): Explanation | null {
  if (details.kind === "ManualActionDetails") return null;
  const { timeoutSeconds } = details;
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > ACTION_TIMEOUT_SECONDS_MAX) {
    const message = `The time limit of the action '${name}' is ${timeoutSeconds} seconds.`;
    return problem("RecoveryPlanActionTimeout", message, "Give it between one second and one day.");
  }
  if (details.kind === "AutomationRunbookActionDetails" || isWebAddress(details.url)) return null;
  const message = `The action '${name}' does not name an http or https address that could be called.`;
  return problem(
    "RecoveryPlanWebhookUrl",
    message,
    "Give a whole address, such as https://hooks.contoso.com/failover.",
  );
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function problem(code: string, message: string, cure: string): Explanation {
  return { code, message, possibleCauses: "The plan breaks a rule of recovery plans.", recommendedAction: cure };
}
