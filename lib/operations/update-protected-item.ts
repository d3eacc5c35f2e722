import type { ProtectedItem, Vault } from "@/lib/domain/entities";
import { machineNameProblem, refuseWhen } from "@/lib/domain/names";
import { changeItem } from "./change-protected-item";
import type { OperationContext } from "./context";
import { sizeOf } from "./enable-protection";
import { sourceOf } from "./source-machine";
import { requireNetwork } from "./start-failover";

/** Absent: stays as it is. Counts for the next failover; what runs already is not changed. */
export interface TargetChanges {
  readonly machineName?: string;
  readonly size?: string;
  readonly networkName?: string | null;
  readonly subnetName?: string | null;
}

export async function updateProtectedItem(
  context: OperationContext,
  vault: Vault,
  item: ProtectedItem,
  changes: TargetChanges,
): Promise<ProtectedItem> {
  if (changes.machineName !== undefined) {
    refuseWhen(machineNameProblem(changes.machineName), "properties.recoveryAzureVMName");
  }
  await requireNetwork(context, vault, changes.networkName ?? null);
  const { machine } = await sourceOf(context, item);
  const size = changes.size === undefined ? {} : { size: sizeOf(machine, changes.size) };
  return changeItem(context, item.id, (now) => ({ target: { ...now.target, ...changes, ...size } }));
}
