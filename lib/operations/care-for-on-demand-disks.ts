import type { DeployedMachine, Vault } from "@/lib/domain/entities";
import { assert } from "@/lib/kernel/assert";
import { Fault, Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { takeProofs } from "./failover/complete-disks";

/**
 * Looks after the disks of machines that were started instantly: serves them again after a restart, and takes down what has
 * been proven. To be called again and again; `onTrouble` hears of what did not go this time. A machine whose own job still
 * works on it is left to that job, except that its disks are served.
 */
export async function careForOnDemandDisks(
  context: OperationContext,
  onTrouble: (error: unknown, machineName: string) => void,
): Promise<void> {
  for (const { machine, vault } of await unfinished(context)) {
    try {
      await serve(context, vault, machine);
      const item = await context.repositories.protectedItems.get(machine.protectedItemId);
      if (item?.heldByJobId !== machine.jobId) await takeProofs(context, machine);
    } catch (error) {
      if (!(error instanceof Fault || error instanceof Refusal)) throw error;
      onTrouble(error, machine.name);
    }
  }
}

async function unfinished(context: OperationContext): Promise<{ machine: DeployedMachine; vault: Vault }[]> {
  const found = [];
  for (const machine of await context.repositories.deployedMachines.listAll()) {
    const isOpen = machine.disks.some((disk) => disk.onDemand === true);
    if (!isOpen || machine.state === "Deleting") continue;
    const vault = await context.repositories.vaults.get(machine.vaultId);
    assert(vault, "a machine of the region without its vault");
    found.push({ machine, vault });
  }
  return found;
}

async function serve(context: OperationContext, vault: Vault, machine: DeployedMachine): Promise<void> {
  const { recoveryPoints, protectedItems } = context.repositories;
  for (const { diskId, path, onDemand, verified } of machine.disks) {
    if (onDemand !== true || verified || context.onDemandDisks.progress(path) !== null) continue;
    const point = await recoveryPoints.get(machine.recoveryPointId);
    if (!point) throw pointGone(machine);
    const item = await protectedItems.get(machine.protectedItemId);
    const machineName = item?.machineName ?? machine.name;
    await context.onDemandDisks.open({ vault, machineName, pointObjectName: point.objectName, diskId, path });
  }
}

function pointGone(machine: DeployedMachine): Fault {
  return new Fault({
    code: "RecoveryPointGone",
    message: `The disks of ${machine.name} cannot be completed: the recovery point that they come from was deleted.`,
    possibleCauses: "Protection of the machine was disabled before its disks were complete.",
    recommendedAction: "Copy what you need from the running machine, then delete it.",
  });
}
