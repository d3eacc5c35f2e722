import type { Vault } from "@/lib/domain/entities";
import { isScrubDue } from "@/lib/domain/scrubs";
import { CHECK_SCENARIO, checkVault } from "./check-vault";
import type { OperationContext } from "./context";

const JOBS_LOOKED_AT = 20;
const MIB = 1024 * 1024;

/**
 * Starts the day's scrub of every vault whose turn it is: as much of its data as its budget allows is read and verified,
 * the longest unread first. A check of all data counts as one. Called now and then; does nothing twice.
 */
export async function runDueScrubs(context: OperationContext): Promise<void> {
  const subscriptionId = context.settings.defaultSubscriptionId;
  for (const vault of await context.repositories.vaults.list({ subscriptionId, resourceGroup: null })) {
    const ready = vault.state === "Active" && vault.passphraseSetAt !== null;
    if (!ready || !(await context.vaultData.isUnlocked(vault))) continue;
    const lastAt = await lastReadAt(context, vault);
    if (!isScrubDue(vault.scrubMiBPerDay, lastAt ?? vault.createdAt, context.clock.now())) continue;
    await checkVault(context, vault, { depth: "scrub", budgetBytes: vault.scrubMiBPerDay * MIB });
  }
}

/** When the last check that read data began; a failed one counts, or it would be begun again and again. */
export async function lastReadAt(context: OperationContext, vault: Pick<Vault, "id">): Promise<string | null> {
  const jobs = await context.jobs.list({
    ...{ vaultId: vault.id, scenarioNames: [CHECK_SCENARIO], limit: JOBS_LOOKED_AT },
  });
  return jobs.find((job) => job.input["depth"] !== "structure")?.createdAt ?? null;
}
