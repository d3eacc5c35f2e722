import type { Vault } from "@/lib/domain/entities";
import { vaultDeletionProblem, vaultMachinesProblem } from "@/lib/domain/vault-rules";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import type { OperationContext } from "./context";
import { OPEN_JOB_STATES } from "./open-job";

/**
 * Deletes a vault with its data and keys, as the job DeleteVault.
 * @throws Refusal VaultProtectsMachines (conflict) while it protects machines, naming them
 */
export async function deleteVault(context: OperationContext, vault: Vault): Promise<Job> {
  await refuseWhileItIsUsed(context, vault);
  const open = await context.jobs.list({
    vaultId: vault.id,
    scenarioNames: ["DeleteVault"],
    states: OPEN_JOB_STATES,
    limit: 1,
  });
  if (open[0]) return open[0];
  await context.repositories.vaults.update(vault.id, { state: "Deleting" });
  announce(context, vault.id, "vaults", vault.name);
  return context.jobs.enqueue({
    scenarioName: "DeleteVault",
    vaultId: vault.id,
    input: {
      vaultId: vault.id,
      subscriptionId: vault.subscriptionId,
      vaultName: vault.name,
      storageAccount: vault.storageAccount,
      previousState: vault.state,
    },
    target: { id: vault.id, name: vault.name, type: "Vault" },
  });
}

/** Asked again by the job: a machine may have been protected in between. */
export async function refuseWhileItIsUsed(
  context: OperationContext,
  vault: { id: string; name: string },
): Promise<void> {
  const items = await context.repositories.protectedItems.listByVault(vault.id);
  const problem = vaultDeletionProblem(
    vault.name,
    items.map((item) => item.machineName),
  );
  if (problem) throw new Refusal("conflict", problem, "vaultName");
  const machines = await context.repositories.deployedMachines.listByVault(vault.id);
  const left = vaultMachinesProblem(
    vault.name,
    machines.map((machine) => machine.name),
  );
  if (left) throw new Refusal("conflict", left, "vaultName");
}
