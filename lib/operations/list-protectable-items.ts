import { checkEligibility, type EligibilityFinding } from "@/lib/domain/eligibility";
import type { Fabric, ProtectedItem, Provider, ReportedMachine } from "@/lib/domain/entities";
import type { OperationContext } from "./context";

export interface ProtectableItemView {
  readonly machine: ReportedMachine;
  readonly provider: Provider;
  readonly hostConnected: boolean;
  /** Set when it is protected already. */
  readonly protectedItem: ProtectedItem | null;
  /** Every rule that it breaks; empty when it can be protected. */
  readonly findings: readonly EligibilityFinding[];
}

/**
 * The machines of a site, as its hosts last reported them. A machine that two hosts report (it moved) is the one of the
 * host that was heard last.
 */
export async function listProtectableItems(context: OperationContext, fabric: Fabric): Promise<ProtectableItemView[]> {
  const providers = await context.repositories.providers.listByFabric(fabric.id);
  const items = await context.repositories.protectedItems.listByFabric(fabric.id);
  const heardLast = [...providers].sort((a, b) => (a.lastHeartbeatAt ?? "").localeCompare(b.lastHeartbeatAt ?? ""));
  const views = new Map<string, ProtectableItemView>();
  for (const provider of heardLast) {
    for (const machine of provider.inventory) {
      // Identity inside a site is the machine's id, exactly: two machines may have one name.
      views.set(machine.id, {
        machine,
        provider,
        hostConnected: context.sites.isConnected(provider.id),
        protectedItem: items.find((item) => item.machineId === machine.id) ?? null,
        findings: checkEligibility(machine),
      });
    }
  }
  return [...views.values()].sort(
    (a, b) => a.machine.name.localeCompare(b.machine.name) || a.machine.id.localeCompare(b.machine.id),
  );
}
