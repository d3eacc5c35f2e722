import type { ProtectedItem, Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { requirePoint } from "./failover/choose-recovery-point";
import type { FailoverRun } from "./failover/failover-run";
import { sizeProblem } from "./failover/size-problem";
import { holdItem, requireAllowed } from "./hold-protected-item";

/**
 * Starts a test, planned or unplanned failover of one item. Everything that can be refused is refused here, before there is
 * a job; the job checks again.
 *
 * @throws Refusal `<Operation>NotAllowed`, RecoveryPointNotFound, NetworkNotFound, TargetSizeDoesNotFit
 */
export async function startFailover(
  context: OperationContext,
  vault: Vault,
  item: ProtectedItem,
  run: FailoverRun,
): Promise<Job> {
  await requireNetwork(context, vault, run.networkName);
  await requireAllowed(context, item, run.kind);
  const problem = await sizeProblem(context, item);
  if (problem) throw new Refusal("conflict", problem, "properties.recoveryAzureVMSize");
  return enqueueHolding(context, item, run.kind, run.kind, { ...run }, () => requirePoint(context, item, run.point));
}

/** Completes a test failover: everything it made is removed, which a listing must prove. */
export function cleanUpTestFailover(context: OperationContext, item: ProtectedItem, notes: string): Promise<Job> {
  return enqueueHolding(context, item, "TestFailoverCleanup", "TestFailoverCleanup", { itemId: item.id, notes });
}

export function commitFailover(context: OperationContext, item: ProtectedItem): Promise<Job> {
  return enqueueHolding(context, item, "Commit", "Commit", { itemId: item.id });
}

/** @throws Refusal RecoveryPointNotFound, RecoveryPointInUse */
export function changeRecoveryPoint(
  context: OperationContext,
  item: ProtectedItem,
  recoveryPointId: string,
): Promise<Job> {
  const input = { itemId: item.id, recoveryPointId };
  return enqueueHolding(context, item, "ChangePit", "ChangePit", input, async () => {
    await requirePoint(context, item, { type: "Id", id: recoveryPointId });
    if (item.failoverRecoveryPointId === recoveryPointId) throw pointInUse(item);
  });
}

/** Holds the item, checks, and writes the job: all of it or nothing. */
export async function enqueueHolding(
  context: OperationContext,
  item: ProtectedItem,
  scenarioName: string,
  operation: Parameters<typeof holdItem>[3],
  input: Readonly<Record<string, unknown>>,
  check: () => Promise<void> = async () => {},
): Promise<Job> {
  const id = context.random.uuid();
  await holdItem(context, item.id, id, operation);
  try {
    await check();
    const target = { id: item.id, name: item.machineName, type: "ProtectionEntity" };
    return await context.jobs.enqueue({ id, scenarioName, vaultId: item.vaultId, input, target });
  } catch (error) {
    await context.repositories.protectedItems.release(item.id, id);
    throw error;
  }
}

export async function requireNetwork(context: OperationContext, vault: Vault, name: string | null): Promise<void> {
  if (name === null || (await context.repositories.virtualNetworks.find(vault, name))) return;
  throw new Refusal(
    "notFound",
    {
      code: "NetworkNotFound",
      message: `There is no virtual network named ${JSON.stringify(name.slice(0, 80))} in the resource group ${vault.resourceGroup}.`,
      possibleCauses: "The name is misspelt, or the network was deleted.",
      recommendedAction: "Choose a network of the list, or create it first.",
    },
    "properties.networkId",
  );
}

function pointInUse(item: ProtectedItem): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "RecoveryPointInUse",
      message: `The replica of ${item.machineName} is made from this recovery point already.`,
      possibleCauses: "The point was chosen before.",
      recommendedAction: "Choose another recovery point, or commit the failover.",
    },
    "properties.recoveryPointId",
  );
}
