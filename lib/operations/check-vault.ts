import type { Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "./context";
import { OPEN_JOB_STATES } from "./open-job";
import { requireActiveVault } from "./require-active-vault";

export const CHECK_SCENARIO = "CheckVault";
export const REPAIR_SCENARIO = "RepairVault";

/** What a check of a vault reads: `structure` nothing but indexes, points and trees; `data` everything; `scrub` some. */
export type CheckDepth =
  | { readonly depth: "structure" }
  | { readonly depth: "data" }
  | { readonly depth: "scrub"; readonly budgetBytes: number };

/** Looks for damage in a vault, as the job CheckVault. One at a time: who asks while one (or a repair) is open gets that one. */
export async function checkVault(context: OperationContext, vault: Vault, what: CheckDepth): Promise<Job> {
  requireActiveVault(vault);
  const open = await context.jobs.list({
    ...{ vaultId: vault.id, scenarioNames: [CHECK_SCENARIO, REPAIR_SCENARIO], states: OPEN_JOB_STATES, limit: 1 },
  });
  if (open[0]) return open[0];
  return context.jobs.enqueue({
    scenarioName: CHECK_SCENARIO,
    vaultId: vault.id,
    input: { vaultId: vault.id, vaultName: vault.name, storageAccount: vault.storageAccount, ...what },
    target: { id: vault.id, name: vault.name, type: "Vault" },
  });
}
