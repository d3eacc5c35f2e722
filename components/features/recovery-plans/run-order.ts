import { actionTypes } from "./action-summary";
import { bootGroupIndexes, groupTitle, type PlanAction, type PlanGroup } from "./plan-draft";
import type { PlanChoice } from "./plan-requests";

type Run = Pick<PlanChoice, "failoverType" | "direction">;

/** Failback is the service's word for a planned failover to the site; actions may be scoped by either. */
function appliesTo(action: PlanAction, { failoverType, direction }: Run): boolean {
  const isBack = direction === "RecoveryToPrimary";
  const isOfType = action.failoverTypes.includes(failoverType) || (isBack && action.failoverTypes.includes("Failback"));
  return isOfType && action.failoverDirections.includes(direction);
}

/** What a run will do, in its order, in words: "Group 1: CONTOSO-SQL; then Switch DNS". */
export function runOrder(groups: readonly PlanGroup[], run: Run, nameOf: (id: string) => string): string[] {
  const actions = (list: readonly PlanAction[]) =>
    list.filter((action) => appliesTo(action, run)).map(({ actionName }) => `“${actionName}”`);
  const line = (group: PlanGroup, what: string) => {
    const [before, after] = [actions(group.startGroupActions), actions(group.endGroupActions)];
    return [
      ...(before.length > 0 ? [`first ${before.join(", ")}`] : []),
      what,
      ...(after.length > 0 ? [`then ${after.join(", ")}`] : []),
    ].join("; ");
  };
  const boots = bootGroupIndexes(groups).flatMap((index) => {
    const group = groups[index];
    const names = group?.replicationProtectedItems.map(({ id }) => nameOf(id)).join(", ") ?? "";
    return group === undefined ? [] : [`${groupTitle(groups, index)}: ${line(group, `start ${names}`)}.`];
  });
  const own = (type: "Shutdown" | "Failover", title: string, what: string) =>
    groups.filter((group) => group.groupType === type).map((group) => `${title}: ${line(group, what)}.`);
  const isBack = run.direction === "RecoveryToPrimary";
  const shutdown = isBack ? "stop the machines in Azure" : "shut down the sources, the last group first";
  const failover = isBack ? "send what has changed back to the site" : "make and verify the disks of all machines";
  return [
    ...(run.failoverType === "TestFailover" ? [] : own("Shutdown", "Shutdown", shutdown)),
    ...own("Failover", "Disks", failover),
    ...boots,
  ];
}

export const directionText = (direction: Run["direction"], siteName: string): string =>
  direction === "PrimaryToRecovery" ? `${siteName} → Microsoft Azure` : `Microsoft Azure → ${siteName}`;

export const typeText = (type: string): string => actionTypes.find(({ value }) => value === type)?.label ?? type;
