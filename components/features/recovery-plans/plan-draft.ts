import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";

/**
 * A recovery plan while somebody edits it. Every function is pure and returns new groups; what the editor does not
 * show is carried along untouched, because saving replaces the whole plan.
 */
export type PlanGroup = RecoveryPlanResource["properties"]["groups"][number];
export type PlanAction = PlanGroup["startGroupActions"][number];
export type FailoverType = PlanAction["failoverTypes"][number];
export type FailoverDirection = PlanAction["failoverDirections"][number];

export const MAX_BOOT_GROUPS = 7;
export const MAX_MACHINES = 100;

export type ActionPlace = "startGroupActions" | "endGroupActions";

export interface PlanMachine {
  /** ARM id of the replication protected item. */
  readonly id: string;
  readonly name: string;
  readonly virtualMachineId: string;
}

const sameId = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
const isBoot = (group: PlanGroup) => group.groupType === "Boot";

export function emptyBootGroup(): PlanGroup {
  return { groupType: "Boot", replicationProtectedItems: [], startGroupActions: [], endGroupActions: [] };
}

/** "Group 1", "Group 2" … for boot groups; the service's own two groups by what they do. */
export function groupTitle(groups: readonly PlanGroup[], index: number): string {
  const group = groups[index];
  if (group === undefined) return "";
  if (group.groupType === "Shutdown") return "All groups: shutdown";
  if (group.groupType === "Failover") return "All groups: failover";
  return `Group ${groups.slice(0, index + 1).filter(isBoot).length}`;
}

export function bootGroupIndexes(groups: readonly PlanGroup[]): number[] {
  return groups.flatMap((group, index) => (isBoot(group) ? [index] : []));
}

export function machineCount(groups: readonly PlanGroup[]): number {
  return groups.reduce((sum, group) => sum + group.replicationProtectedItems.length, 0);
}

export function containsMachine(groups: readonly PlanGroup[], id: string): boolean {
  return groups.some((group) => group.replicationProtectedItems.some((item) => sameId(item.id, id)));
}

function changeGroup(groups: readonly PlanGroup[], index: number, change: (group: PlanGroup) => PlanGroup) {
  return groups.map((group, at) => (at === index ? change(group) : group));
}

export function addGroup(groups: readonly PlanGroup[]): PlanGroup[] {
  if (bootGroupIndexes(groups).length >= MAX_BOOT_GROUPS) return [...groups];
  return [...groups, emptyBootGroup()];
}

/** Only an empty group can go: a machine never leaves a plan as a side effect. */
export function removalProblem(groups: readonly PlanGroup[], index: number): string | null {
  const group = groups[index];
  if (group === undefined || !isBoot(group)) return "This group is part of every plan.";
  if (group.replicationProtectedItems.length > 0) return "Move or remove its machines first.";
  if (bootGroupIndexes(groups).length === 1) return "A plan needs at least one group.";
  return null;
}

export function removeGroup(groups: readonly PlanGroup[], index: number): PlanGroup[] {
  return removalProblem(groups, index) === null ? groups.filter((_, at) => at !== index) : [...groups];
}

/** Machines that are already in the plan stay where they are. */
export function addMachines(
  groups: readonly PlanGroup[],
  index: number,
  machines: readonly PlanMachine[],
): PlanGroup[] {
  const fresh = machines.filter((machine) => !containsMachine(groups, machine.id));
  return changeGroup(groups, index, (group) => ({
    ...group,
    replicationProtectedItems: [
      ...group.replicationProtectedItems,
      ...fresh.map(({ id, virtualMachineId }) => ({ id, virtualMachineId })),
    ],
  }));
}

export function removeMachine(groups: readonly PlanGroup[], id: string): PlanGroup[] {
  return groups.map((group) => ({
    ...group,
    replicationProtectedItems: group.replicationProtectedItems.filter((item) => !sameId(item.id, id)),
  }));
}

/** The boot group above (-1) or below (+1); null at the edge. */
export function neighbourGroup(groups: readonly PlanGroup[], index: number, direction: -1 | 1): number | null {
  const boots = bootGroupIndexes(groups);
  const position = boots.indexOf(index);
  return position === -1 ? null : (boots[position + direction] ?? null);
}

export function moveMachine(groups: readonly PlanGroup[], id: string, toIndex: number): PlanGroup[] {
  const moved = groups.flatMap((group) => group.replicationProtectedItems).find((item) => sameId(item.id, id));
  if (moved === undefined || groups[toIndex] === undefined) return [...groups];
  return changeGroup(removeMachine(groups, id), toIndex, (group) => ({
    ...group,
    replicationProtectedItems: [...group.replicationProtectedItems, moved],
  }));
}

export function putAction(
  groups: readonly PlanGroup[],
  index: number,
  place: ActionPlace,
  action: PlanAction,
  position: number | null,
): PlanGroup[] {
  return changeGroup(groups, index, (group) => ({
    ...group,
    [place]:
      position === null ? [...group[place], action] : group[place].map((old, at) => (at === position ? action : old)),
  }));
}

export function removeAction(
  groups: readonly PlanGroup[],
  index: number,
  place: ActionPlace,
  position: number,
): PlanGroup[] {
  return changeGroup(groups, index, (group) => ({
    ...group,
    [place]: group[place].filter((_, at) => at !== position),
  }));
}

export function manualAction(input: {
  name: string;
  instructions: string;
  failoverTypes: readonly FailoverType[];
  failoverDirections: readonly FailoverDirection[];
}): PlanAction {
  return {
    actionName: input.name.trim(),
    failoverTypes: [...input.failoverTypes],
    failoverDirections: [...input.failoverDirections],
    customDetails: { instanceType: "ManualActionDetails", description: input.instructions.trim() },
  };
}

/** Why the draft cannot be saved, in the order in which a person would mend it. */
export function draftProblems(groups: readonly PlanGroup[]): string[] {
  const problems: string[] = [];
  if (machineCount(groups) === 0) problems.push("Add at least one machine to the plan.");
  for (const index of bootGroupIndexes(groups)) {
    const group = groups[index];
    if (group !== undefined && group.replicationProtectedItems.length === 0 && machineCount(groups) > 0)
      problems.push(`${groupTitle(groups, index)} is empty: add a machine to it or remove the group.`);
  }
  groups.forEach((group, index) => {
    const names = [...group.startGroupActions, ...group.endGroupActions].map((action) => action.actionName);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined)
      problems.push(`${groupTitle(groups, index)} has two actions named “${twice}”: give them different names.`);
  });
  if (machineCount(groups) > MAX_MACHINES)
    problems.push(`A plan holds at most ${MAX_MACHINES} machines; this one has ${machineCount(groups)}.`);
  return problems;
}

export function isSameDraft(a: readonly PlanGroup[], b: readonly PlanGroup[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
