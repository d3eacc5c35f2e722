import type { ProtectedItem } from "@/lib/domain/entities";
import { planItemIds } from "@/lib/domain/recovery-plan-rules";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { holdItem } from "./hold-protected-item";

/** @throws Refusal DisableProtectionNotAllowed, ProtectedItemInRecoveryPlan, DisksNotComplete */
export function disableProtection(context: OperationContext, item: ProtectedItem): Promise<Job> {
  return end(context, item, "DisableDr", "DisableProtection");
}

/** The machine stays in Azure for good. @throws Refusal CompleteMigrationNotAllowed, and as disableProtection */
export function completeMigration(context: OperationContext, item: ProtectedItem): Promise<Job> {
  return end(context, item, "CompleteMigration", "CompleteMigration");
}

async function end(
  context: OperationContext,
  item: ProtectedItem,
  scenarioName: string,
  operation: "DisableProtection" | "CompleteMigration",
): Promise<Job> {
  await requireEndable(context, item, null);
  const id = context.random.uuid();
  await holdItem(context, item.id, id, operation);
  try {
    return await context.jobs.enqueue({
      id,
      scenarioName,
      vaultId: item.vaultId,
      input: { itemId: item.id, itemName: item.name },
      target: { id: item.id, name: item.machineName, type: "ProtectionEntity" },
    });
  } catch (error) {
    await context.repositories.protectedItems.release(item.id, id);
    throw error;
  }
}

/**
 * `ownPlanId`: the plan that ends it itself.
 * @throws Refusal ProtectedItemInRecoveryPlan, DisksNotComplete
 */
export async function requireEndable(
  context: OperationContext,
  item: ProtectedItem,
  ownPlanId: string | null,
): Promise<void> {
  const plans = await context.repositories.recoveryPlans.list(item.vaultId);
  const holding = plans.filter(({ id, groups }) => id !== ownPlanId && planItemIds(groups).includes(item.id));
  if (holding.length > 0) {
    throw inPlans(
      item,
      holding.map(({ name }) => name),
    );
  }
  await requireWholeDisks(context, item);
}

/** The recovery points go with the protection, and with them what such a machine still has to read. */
async function requireWholeDisks(context: OperationContext, item: ProtectedItem): Promise<void> {
  const machines = await context.repositories.deployedMachines.listByItem(item.id);
  const machine = machines.find((one) => one.disks.some((disk) => disk.onDemand === true && !disk.verified));
  if (!machine) return;
  throw new Refusal(
    "conflict",
    {
      code: "DisksNotComplete",
      message: `Protection of ${item.machineName} cannot be disabled yet: ${machine.name} was started instantly and still reads from its recovery point.`,
      possibleCauses: "Its disks are being completed behind the running machine.",
      recommendedAction:
        "Wait until the virtual machine's page says that its disks are complete, then disable protection.",
    },
    item.name,
  );
}

function inPlans(item: ProtectedItem, names: readonly string[]): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "ProtectedItemInRecoveryPlan",
      message: `Protection of ${item.machineName} cannot be disabled: it is part of the recovery plan ${names.join(", ")}.`,
      possibleCauses: "A plan would lose the machine without anybody deciding it.",
      recommendedAction: "Take the machine out of the plan, or delete the plan, then disable protection.",
    },
    item.name,
  );
}
