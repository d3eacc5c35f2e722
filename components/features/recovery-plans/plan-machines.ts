import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { containsMachine, type PlanMachine } from "./plan-draft";
import type { PlanGroup } from "./plan-draft";

/** The ARM id of the site that an item belongs to. */
export const fabricIdOf = (itemId: string) => itemId.replace(/\/replicationProtectionContainers\/.*$/i, "");

export function toPlanMachine(item: ProtectedItemResource): PlanMachine {
  return {
    id: item.id,
    name: item.properties.friendlyName,
    virtualMachineId: item.properties.providerSpecificDetails.vmId,
  };
}

/** The sites that have protected machines, each once. */
export function sitesOf(items: readonly ProtectedItemResource[]): { readonly id: string; readonly name: string }[] {
  const sites = new Map<string, { id: string; name: string }>();
  for (const item of items) {
    const id = fabricIdOf(item.id);
    const name = item.properties.primaryFabricFriendlyName;
    sites.set(id.toLowerCase(), { id, name });
  }
  return [...sites.values()];
}

/** Machines of the plan's site that are not in it yet. */
export function machinesToAdd(
  items: readonly ProtectedItemResource[],
  fabricId: string | null,
  groups: readonly PlanGroup[],
): PlanMachine[] {
  return items
    .filter((item) => fabricId === null || fabricIdOf(item.id).toLowerCase() === fabricId.toLowerCase())
    .filter((item) => !containsMachine(groups, item.id))
    .map(toPlanMachine);
}

/** The name of a machine in a plan; of one that is no longer protected, what its id ends with. */
export function machineName(items: readonly ProtectedItemResource[], id: string): string {
  const item = items.find((one) => one.id.toLowerCase() === id.toLowerCase());
  return item?.properties.friendlyName ?? `${id.split("/").pop() ?? id} (not protected any more)`;
}

/** The protected machines of a plan, in the order of its groups. */
export function itemsOfPlan(
  items: readonly ProtectedItemResource[],
  groups: readonly PlanGroup[],
): ProtectedItemResource[] {
  return groups
    .flatMap((group) => group.replicationProtectedItems)
    .flatMap(({ id }) => items.find((item) => item.id.toLowerCase() === id.toLowerCase()) ?? []);
}
