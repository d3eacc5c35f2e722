import { groupProblem, isInGroup } from "@/lib/domain/consistency-groups";
import type { Fabric, ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import { nameKey, refuseWhen, resourceNameProblem } from "@/lib/domain/names";
import { Refusal, type Explanation } from "@/lib/kernel/fault";
import { changeItem } from "./change-protected-item";
import type { OperationContext } from "./context";
import { newestSharedPoint } from "./read-recovery-points";

export interface ConsistencyGroupView {
  readonly name: string;
  readonly members: readonly ProtectedItem[];
  readonly newestShared: RecoveryPoint | null;
  /** Why the newest cut is not shared. */
  readonly problem: Explanation | null;
}

/** A group is what its members say: it begins with its first member and ends with its last. */
export async function readConsistencyGroups(
  context: OperationContext,
  fabric: Fabric,
): Promise<readonly ConsistencyGroupView[]> {
  const items = await context.repositories.protectedItems.listByFabric(fabric.id);
  const grouped = new Map<string, ProtectedItem[]>();
  for (const item of items) {
    if (item.consistencyGroup === null) continue;
    const key = nameKey(item.consistencyGroup);
    grouped.set(key, [...(grouped.get(key) ?? []), item]);
  }
  return Promise.all([...grouped.values()].map((members) => viewOf(context, members)));
}

async function viewOf(context: OperationContext, members: readonly ProtectedItem[]): Promise<ConsistencyGroupView> {
  const [first] = members;
  const name = first?.consistencyGroup ?? "";
  const newestShared = first ? await newestSharedPoint(context, first) : null;
  const newest = await Promise.all(members.map((item) => context.repositories.recoveryPoints.newest(item.id)));
  const problem = newest.find((point) => point?.group?.problem)?.group?.problem ?? null;
  return { name, members, newestShared, problem };
}

/**
 * Makes a consistency group of these items, or changes its members. Holds from the host's next heartbeat on.
 * @throws Refusal InvalidResourceName, InvalidConsistencyGroup
 */
export async function writeConsistencyGroup(
  context: OperationContext,
  fabric: Fabric,
  name: string,
  members: readonly ProtectedItem[],
): Promise<ConsistencyGroupView> {
  refuseWhen(resourceNameProblem(name, "consistency group"), "consistencyGroupName");
  const problem = groupProblem(name, members);
  if (problem) throw new Refusal("invalid", problem, "properties.protectedItemIds");
  const ids = new Set(members.map((item) => item.id));
  const before = await membersOf(context, fabric, name);
  const kept = before.find((item) => ids.has(item.id))?.consistencyGroup ?? name;
  for (const item of before.filter((one) => !ids.has(one.id))) await setGroup(context, item, null);
  for (const item of members) await setGroup(context, item, kept);
  return viewOf(context, await membersOf(context, fabric, name));
}

/** Nothing there is no error. The points stay, and stay shared. */
export async function deleteConsistencyGroup(context: OperationContext, fabric: Fabric, name: string): Promise<void> {
  for (const item of await membersOf(context, fabric, name)) await setGroup(context, item, null);
}

async function membersOf(context: OperationContext, fabric: Fabric, name: string): Promise<ProtectedItem[]> {
  const items = await context.repositories.protectedItems.listByFabric(fabric.id);
  return items.filter((item) => isInGroup(item, name));
}

async function setGroup(context: OperationContext, item: ProtectedItem, name: string | null): Promise<void> {
  await changeItem(context, item.id, (now) => (now.consistencyGroup === name ? null : { consistencyGroup: name }));
}
