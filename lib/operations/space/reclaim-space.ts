import type { Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "../context";
import { OPEN_JOB_STATES } from "../open-job";
import { requireActiveVault } from "../require-active-vault";

export const RECLAIM_SCENARIO = "ReclaimSpace";
const EVERY_MS = 60 * 60_000;

/** Retention, compaction and sweep, as the job ReclaimSpace. One at a time: who asks while one is open gets that one. */
export async function reclaimSpace(context: OperationContext, vault: Vault): Promise<Job> {
  requireActiveVault(vault);
  const open = await context.jobs.list({
    ...{ vaultId: vault.id, scenarioNames: [RECLAIM_SCENARIO], states: OPEN_JOB_STATES, limit: 1 },
  });
  if (open[0]) return open[0];
  return context.jobs.enqueue({
    scenarioName: RECLAIM_SCENARIO,
    vaultId: vault.id,
    input: { vaultId: vault.id, vaultName: vault.name, storageAccount: vault.storageAccount },
    target: { id: vault.id, name: vault.name, type: "Vault" },
  });
}

/**
 * Starts the job for every vault whose last one is an hour ago and whose contents have changed since. `onTrouble` hears of
 * vaults that cannot be looked at; the others are.
 */
export async function reclaimDueVaults(context: OperationContext, onTrouble: (error: unknown) => void): Promise<void> {
  for (const vault of await context.repositories.vaults.listAll()) {
    try {
      if (await isDue(context, vault)) await reclaimSpace(context, vault);
    } catch (error) {
      onTrouble(error);
    }
  }
}

async function isDue(context: OperationContext, vault: Vault): Promise<boolean> {
  if (vault.state !== "Active" || vault.passphraseSetAt === null) return false;
  const now = context.clock.now().getTime();
  const [last] = await context.jobs.list({ vaultId: vault.id, scenarioNames: [RECLAIM_SCENARIO], limit: 1 });
  if (now - Date.parse(last?.createdAt ?? vault.createdAt) < EVERY_MS) return false;
  if (!(await context.vaultData.isUnlocked(vault))) return false;
  const newest = (await context.repositories.vaultSamples.list(vault.id)).at(-1);
  // What is announced must be looked at again even when nothing else has changed.
  if (newest === undefined || newest.reclaimableBytes > 0) return true;
  return (await context.vaultData.storedBytes(vault)) !== newest.storedBytes;
}
