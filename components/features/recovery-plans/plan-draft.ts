import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";

/**
 * A recovery plan while somebody edits it. Every function is pure and returns new groups; what the editor does not
 * show is carried along untouched, because saving replaces the whole plan.
 */
export type PlanGroup = RecoveryPlanResource["properties"]["groups"][number];
export type PlanAction = PlanGroup["startGroupActions"][number];
export type FailoverType = PlanAction["failoverTypes"][number];
export type FailoverDirection = PlanAction["failoverDirections"][number];

/** Unless the vault's settings say another number. */
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

export function addGroup(groups: readonly PlanGroup[], groupsMax = MAX_BOOT_GROUPS): PlanGroup[] {
  if (bootGroupIndexes(groups).length >= groupsMax) return [...groups];
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

/** The machine stands before the other one, or last in the group; it may have been in that group already. */
export function placeMachine(
  groups: readonly PlanGroup[],
  id: string,
  toIndex: number,
  beforeId: string | null,
): PlanGroup[] {
  const moved = groups.flatMap((group) => group.replicationProtectedItems).find((item) => sameId(item.id, id));
  const isBootGroup = groups[toIndex] !== undefined && isBoot(groups[toIndex]);
  if (moved === undefined || !isBootGroup || (beforeId !== null && sameId(beforeId, id))) return [...groups];
  return changeGroup(removeMachine(groups, id), toIndex, (group) => ({
    ...group,
    replicationProtectedItems: insertBefore(group.replicationProtectedItems, moved, (item) =>
      beforeId === null ? false : sameId(item.id, beforeId),
    ),
  }));
}

function insertBefore<T>(list: readonly T[], added: T, isNext: (one: T) => boolean): T[] {
  const at = list.findIndex(isNext);
  return at === -1 ? [...list, added] : [...list.slice(0, at), added, ...list.slice(at)];
}

export const moveMachine = (groups: readonly PlanGroup[], id: string, toIndex: number): PlanGroup[] =>
  placeMachine(groups, id, toIndex, null);

/** The boot group changes places with the one above (-1) or below (+1), with its machines and actions. */
export function moveGroup(groups: readonly PlanGroup[], index: number, direction: -1 | 1): PlanGroup[] {
  const other = neighbourGroup(groups, index, direction);
  if (other === null) return [...groups];
  return groups.map((group, at) => (at === index ? groups[other] : at === other ? groups[index] : group) ?? group);
}

/** The boot group takes the place of another one, and those between make room. */
export function placeGroup(groups: readonly PlanGroup[], from: number, to: number): PlanGroup[] {
  const boots = bootGroupIndexes(groups);
  const moved = groups[from];
  if (moved === undefined || !boots.includes(from) || !boots.includes(to)) return [...groups];
  const others = groups.filter((_, at) => at !== from);
  return [...others.slice(0, to), moved, ...others.slice(to)];
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

export interface ActionSpot {
  readonly index: number;
  readonly place: ActionPlace;
}

/** The action stands before the other one, or last in its new place. Actions are known by identity: names may repeat. */
export function placeAction(
  groups: readonly PlanGroup[],
  action: PlanAction,
  to: ActionSpot,
  before: PlanAction | null,
): PlanGroup[] {
  const isThere = groups.some((group) => [...group.startGroupActions, ...group.endGroupActions].includes(action));
  if (!isThere || groups[to.index] === undefined || before === action) return [...groups];
  const without = groups.map((group) => ({
    ...group,
    startGroupActions: group.startGroupActions.filter((one) => one !== action),
    endGroupActions: group.endGroupActions.filter((one) => one !== action),
  }));
  return changeGroup(without, to.index, (group) => ({
    ...group,
    [to.place]: insertBefore(group[to.place], action, (one) => one === before),
  }));
}

/** One place up (-1) or down (+1) among the actions before (or after) its group. */
export function shiftAction(
  groups: readonly PlanGroup[],
  spot: ActionSpot,
  position: number,
  direction: -1 | 1,
): PlanGroup[] {
  const list = groups[spot.index]?.[spot.place] ?? [];
  const action = list[position];
  const next = list[position + (direction === -1 ? -1 : 2)] ?? null;
  if (action === undefined || list[position + direction] === undefined) return [...groups];
  return placeAction(groups, action, spot, next);
}

/** The names of the group's other actions: within a group each name is used once. */
export function otherActionNames(
  groups: readonly PlanGroup[],
  index: number,
  place: ActionPlace,
  position: number | null,
): string[] {
  const group = groups[index];
  const edited = position === null ? undefined : group?.[place][position];
  const all = group === undefined ? [] : [...group.startGroupActions, ...group.endGroupActions];
  return all.filter((action) => action !== edited).map((action) => action.actionName);
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
  for (const action of primaryOutsideShutdown(groups))
    problems.push(`“${action.actionName}” runs at the primary site: only actions around the shutdown can.`);
  if (machineCount(groups) > MAX_MACHINES)
    problems.push(`A plan holds at most ${MAX_MACHINES} machines; this one has ${machineCount(groups)}.`);
  return problems;
}

/** A runbook's side is chosen where it is made; dragging it on can put it where that side is out of reach. */
function primaryOutsideShutdown(groups: readonly PlanGroup[]): PlanAction[] {
  return groups
    .filter((group) => group.groupType !== "Shutdown")
    .flatMap((group) => [...group.startGroupActions, ...group.endGroupActions])
    .filter(({ customDetails }) => "fabricLocation" in customDetails && customDetails.fabricLocation === "Primary");
}

export function isSameDraft(a: readonly PlanGroup[], b: readonly PlanGroup[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
