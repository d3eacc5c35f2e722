import { formatPlural } from "@/components/ui/format";
import type { PlanValidation } from "@/lib/contract/plan-validation";
import { runbookIn, type ActionKind } from "./action-summary";
import { groupTitle, type PlanGroup } from "./plan-draft";

type Result = PlanValidation["properties"];
type Action = Pick<Result["actions"][number], "group" | "position" | "actionName">;

/** The verdict in one sentence. */
export function summaryOf(result: Result): string {
  const machines = result.machines.filter(({ ready, skippedReason }) => !ready && skippedReason === null).length;
  const actions = result.actions.filter(({ ready, applies }) => !ready && applies).length;
  const plan = result.findings.filter(({ severity }) => severity === "Error").length;
  if (result.ready) {
    const running = result.machines.filter(({ skippedReason }) => skippedReason === null).length;
    return `Ready: ${formatPlural(running, "machine")} would take part.`;
  }
  const blocked = [
    ...(plan > 0 ? ["the plan itself"] : []),
    ...(machines > 0 ? [formatPlural(machines, "machine")] : []),
    ...(actions > 0 ? [formatPlural(actions, "action")] : []),
  ];
  return `Not ready: ${blocked.join(" and ")} blocked.`;
}

const groupText = (group: string) =>
  group === "Shutdown" ? "the shutdown" : group === "Failover" ? "the failover" : `Group ${group}`;

export const placeText = ({ group, position }: Action): string => `${position} ${groupText(group)}`;

/** The runbook that an action of the answer runs, by its place in the plan; null for other kinds. */
export function runbookOfAction(
  groups: readonly PlanGroup[],
  { group, position, actionName }: Action,
): { readonly account: string; readonly runbook: string } | null {
  const found = groups.find((one, index) => one.groupType === group || groupTitle(groups, index) === `Group ${group}`);
  const list = position === "before" ? found?.startGroupActions : found?.endGroupActions;
  const details = list?.find((action) => action.actionName === actionName)?.customDetails;
  const kind: ActionKind = "AutomationRunbookActionDetails";
  return details?.instanceType === kind && "runbookId" in details ? runbookIn(details.runbookId) : null;
}
