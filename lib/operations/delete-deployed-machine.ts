import type { DeployedMachine } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { removeDeployed } from "./failover/replica";

/**
 * Deletes a machine of the region that nothing protects any more: what a failover left behind when protection ended.
 * @throws Refusal MachineBelongsToProtectedItem (conflict); Fault CleanupIncomplete naming what is left
 */
export async function deleteDeployedMachine(context: OperationContext, machine: DeployedMachine): Promise<void> {
  const item = await context.repositories.protectedItems.get(machine.protectedItemId);
  if (item) {
    const isTest = machine.purpose === "TestFailover";
    throw new Refusal("conflict", {
      code: "MachineBelongsToProtectedItem",
      message: `The machine ${machine.name} cannot be deleted: it is the replica of ${item.machineName}, which is protected.`,
      possibleCauses: isTest
        ? "Its test failover is not completed."
        : "The machine was failed over and is protected still.",
      recommendedAction: isTest
        ? "Complete the test failover; that deletes its machine."
        : "Disable protection of the machine first; the replica stays and can be deleted then.",
    });
  }
  await removeDeployed(context, { id: machine.protectedItemId, machineName: machine.name }, machine);
}
