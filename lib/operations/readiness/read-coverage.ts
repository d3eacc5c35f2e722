import { coverageOf, type Coverage, type CoverageMachine } from "@/lib/domain/coverage";
import type { ProtectedItem, Vault } from "@/lib/domain/entities";
import { planItemIds } from "@/lib/domain/recovery-plan-rules";
import type { OperationContext } from "../context";
import { listProtectableItems } from "../list-protectable-items";

/** Machines of all sites of the vault with their last successful test, from the items and from the records of tests. */
export async function readCoverage(context: OperationContext, vault: Vault, months: number): Promise<Coverage> {
  return coverageOf(await coverageMachines(context, vault), months, context.clock.now());
}

export async function coverageMachines(context: OperationContext, vault: Vault): Promise<CoverageMachine[]> {
  const [plans, tests] = await Promise.all([plansOfItems(context, vault), testsOnRecord(context, vault)]);
  const machines: CoverageMachine[] = [];
  for (const fabric of await context.repositories.fabrics.list(vault.id)) {
    const views = await listProtectableItems(context, fabric);
    const items = await context.repositories.protectedItems.listByFabric(fabric.id);
    const isReported = (item: ProtectedItem) => views.some(({ machine }) => machine.id === item.machineId);
    const rows = [
      ...views.map(({ machine, protectedItem, findings }) => {
        const finding = protectedItem === null ? findings[0] : undefined;
        const notProtectable = finding?.explanation.message ?? null;
        return { machineId: machine.id, name: machine.name, item: protectedItem, notProtectable };
      }),
      // A host that is silent, or was removed, takes none of its protected machines off the list.
      ...items
        .filter((item) => !isReported(item))
        .map((item) => ({ machineId: item.machineId, name: item.machineName, item, notProtectable: null })),
    ];
    for (const { machineId, name, item, notProtectable } of rows) {
      machines.push({
        ...{ siteName: fabric.name, machineId, name, notProtectable },
        protectedItemName: item?.name ?? null,
        isFailedOver: item?.activeLocation === "Recovery",
        plans: item === null ? [] : (plans.get(item.id) ?? []),
        lastTestedAt: item === null ? null : later(item.lastTestFailoverAt, tests.get(item.id) ?? null),
      });
    }
  }
  return machines;
}

export async function plansOfItems(context: OperationContext, vault: Vault): Promise<ReadonlyMap<string, string[]>> {
  const plans = new Map<string, string[]>();
  for (const plan of await context.repositories.recoveryPlans.list(vault.id)) {
    for (const id of planItemIds(plan.groups)) plans.set(id, [...(plans.get(id) ?? []), plan.name]);
  }
  return plans;
}

/** When each item was last tested with success, as the records say; they may be fewer than there were tests. */
async function testsOnRecord(context: OperationContext, vault: Vault): Promise<ReadonlyMap<string, string>> {
  const tests = new Map<string, string>();
  for (const record of await context.repositories.failoverRecords.list(vault.id)) {
    if (record.kind !== "TestFailover" || record.outcome !== "Succeeded" || record.times.endedAt === null) continue;
    for (const { protectedItemId, outcome } of record.machines) {
      const known = tests.get(protectedItemId) ?? null;
      const at = outcome === "Succeeded" ? later(known, record.times.endedAt) : known;
      if (at !== null) tests.set(protectedItemId, at);
    }
  }
  return tests;
}

function later(one: string | null, other: string | null): string | null {
  return (one ?? "") > (other ?? "") ? one : other;
}
