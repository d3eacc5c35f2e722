import type { Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import { CHECK_SCENARIO, REPAIR_SCENARIO } from "./check-vault";
import type { OperationContext } from "./context";
import { OPEN_JOB_STATES } from "./open-job";
import { readVerification } from "./read-verification";
import { requireActiveVault } from "./require-active-vault";

/**
 * Repairs what is known to be damaged, as the job RepairVault: what the protected machines still have is fetched from them
 * again. `deleteLostPoints`: recovery points that stay damaged are deleted, so that space can be reclaimed again.
 * @throws Refusal NothingToRepair, CheckUnderWay
 */
export async function repairVault(
  context: OperationContext,
  vault: Vault,
  options: { readonly deleteLostPoints: boolean },
): Promise<Job> {
  requireActiveVault(vault);
  const scenarioNames = [CHECK_SCENARIO, REPAIR_SCENARIO];
  const [open] = await context.jobs.list({ vaultId: vault.id, scenarioNames, states: OPEN_JOB_STATES, limit: 1 });
  if (open?.scenarioName === REPAIR_SCENARIO) return open;
  if (open) throw checkUnderWay(vault.name);
  const known = await readVerification(context, vault);
  const suspects = [...known.damagedObjects.map(({ name }) => name), ...known.unlistedPacks];
  if (suspects.length === 0 && known.damagedPoints.length === 0) throw nothingToRepair(vault.name);
  const items = known.damagedPoints.flatMap(({ item }) => (item === null ? [] : [item.id]));
  return context.jobs.enqueue({
    scenarioName: REPAIR_SCENARIO,
    vaultId: vault.id,
    input: {
      ...{ vaultId: vault.id, vaultName: vault.name, storageAccount: vault.storageAccount },
      ...{ suspects, itemIds: [...new Set(items)], deleteLostPoints: options.deleteLostPoints },
    },
    target: { id: vault.id, name: vault.name, type: "Vault" },
  });
}

function nothingToRepair(vaultName: string): Refusal {
  return new Refusal("conflict", {
    code: "NothingToRepair",
    message: `Nothing of the vault ${vaultName} is known to be damaged.`,
    possibleCauses: "It was repaired already, or no check has found the damage yet.",
    recommendedAction: "Check all data of the vault first.",
  });
}

function checkUnderWay(vaultName: string): Refusal {
  return new Refusal("conflict", {
    code: "CheckUnderWay",
    message: `The vault ${vaultName} is being checked.`,
    possibleCauses: "Somebody, or the schedule, started a check that has not ended.",
    recommendedAction: "Wait for the check to end, or cancel its job; then repair what it has found.",
  });
}
