import type { Explanation } from "@/lib/kernel/fault";
import type { ProtectedItem, RecoveryPoint } from "./entities";
import { sameName } from "./names";
import { isFailedOver } from "./protection-state";

/** As many as the service allows in a multi-VM consistency group. */
export const GROUP_SIZE_MAX = 16;
export const GROUP_SIZE_MIN = 2;

export function isInGroup(item: Pick<ProtectedItem, "consistencyGroup">, name: string): boolean {
  return item.consistencyGroup !== null && sameName(item.consistencyGroup, name);
}

/** Why these items cannot be one group: null when they can. One host has to cut them all at one instant. */
export function groupProblem(name: string, members: readonly ProtectedItem[]): Explanation | null {
  const [first] = members;
  if (first === undefined || members.length < GROUP_SIZE_MIN || members.length > GROUP_SIZE_MAX) {
    return problem(
      `A consistency group has ${GROUP_SIZE_MIN} to ${GROUP_SIZE_MAX} machines; ${name} would have ${members.length}.`,
      "Too few or too many machines were chosen.",
      "Choose machines that must be recovered to the same instant.",
    );
  }
  const elsewhere = members.find((item) => item.providerId !== first.providerId);
  if (elsewhere !== undefined) {
    return problem(
      `${first.machineName} and ${elsewhere.machineName} run on different hosts and cannot be cut at one instant.`,
      "The machines of a consistency group are cut by their host, in one step.",
      "Choose machines of one host.",
    );
  }
  const otherwise = members.find((item) => item.policyId !== first.policyId);
  if (otherwise !== undefined) {
    return problem(
      `${first.machineName} and ${otherwise.machineName} follow different replication policies.`,
      "The machines of a consistency group are cut together, so that they need one interval.",
      "Choose machines of one protection group.",
    );
  }
  const grouped = members.find((item) => item.consistencyGroup !== null && !isInGroup(item, name));
  if (grouped !== undefined) {
    return problem(
      `${grouped.machineName} is in the consistency group ${grouped.consistencyGroup ?? ""} already.`,
      "A machine is cut with one group only.",
      "Take it out of the other group first.",
    );
  }
  const over = members.find((item) => isFailedOver(item));
  if (over === undefined) return null;
  return problem(
    `${over.machineName} is failed over and is not replicated.`,
    "It runs in Azure; its source is not cut any more.",
    "Leave it out, or finish its failover first.",
  );
}

/** Whether all machines of the cut have their point of it. `ofStamp`: all points that carry its stamp. */
export function isShared(point: RecoveryPoint, ofStamp: readonly RecoveryPoint[]): boolean {
  const { group } = point;
  if (group === null) return false;
  const machines = ofStamp.filter((one) => one.group?.stamp === group.stamp).map((one) => one.protectedItemId);
  return new Set(machines).size >= group.size;
}

function problem(message: string, possibleCauses: string, recommendedAction: string): Explanation {
  return { code: "InvalidConsistencyGroup", message, possibleCauses, recommendedAction };
}
