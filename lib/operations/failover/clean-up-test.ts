import type { DeployedMachine, ProtectedItem } from "@/lib/domain/entities";
import { changeItem } from "../change-protected-item";
import type { OperationContext } from "../context";
import { recordRun, runsOf } from "../run-evidence";
import { cleanupIncomplete, remainsOf, removeDeployed } from "./replica";

export async function testMachinesOf(context: OperationContext, itemId: string): Promise<DeployedMachine[]> {
  const machines = await context.repositories.deployedMachines.listByItem(itemId);
  return machines.filter((machine) => machine.purpose === "TestFailover");
}

/** Removes what the test made, where our mark is. Repeatable. */
export async function removeTestMachines(context: OperationContext, item: ProtectedItem): Promise<void> {
  for (const machine of await testMachinesOf(context, item.id)) await removeDeployed(context, item, machine);
}

/**
 * Looks whether anything is left of the machines of the test, writes the finding into the test's evidence, and fails unless
 * it is nothing. `machines`: as they were before the removal; `stoppedBy`: what ended the removal early.
 *
 * @throws Fault CleanupIncomplete
 */
export async function proveCleanup(
  context: OperationContext,
  item: ProtectedItem,
  machines: readonly DeployedMachine[],
  cleanupOf: { readonly notes: string; readonly before: readonly string[] },
  stoppedBy?: unknown,
): Promise<readonly string[]> {
  const looked = await Promise.all(machines.map((machine) => remainsOf(context, machine)));
  const records = (await testMachinesOf(context, item.id)).map((machine) => `record of ${machine.name}`);
  const remaining = [...looked.flat(), ...records];
  const test = runsOf(item).find((run) => run.kind === "TestFailover");
  if (test) {
    const cleanup = { at: context.clock.now().toISOString(), ...cleanupOf, remainingResources: remaining };
    await recordRun(context, item.id, test, { cleanup });
  }
  if (remaining.length === 0) return remaining;
  throw cleanupIncomplete(item, remaining, stoppedBy);
}

export async function markTest(
  context: OperationContext,
  itemId: string,
  state: "MarkedForDeletion" | "WaitingForCompletion" | "None",
): Promise<void> {
  await changeItem(context, itemId, (item) => {
    if (item.testFailoverState === state) return null;
    return { testFailoverState: state, ...(state === "None" ? { failoverRecoveryPointId: null } : {}) };
  });
}
