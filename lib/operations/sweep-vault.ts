import type { StepContext } from "@/lib/jobs/job-definition";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import type { VaultData, VaultRef } from "./ports/vault-data";

const running = new WeakMap<VaultData, Map<string, Promise<unknown>>>();

/** Gives back the space of what no point refers to. Sweeps of one vault follow one another, never at once (vault format). */
export async function sweepVault(vaultData: VaultData, vault: VaultRef): Promise<{ bytesFreed: number }> {
  return betweenSweeps(vaultData, vault, () => vaultData.sweep(vault));
}

/**
 * At the end of what must not fail for it: space that cannot be given back now, because something else in the vault is damaged
 * or the storage does not answer, is a warning. The reclaiming of space, every hour, tries again.
 */
export async function sweepIfPossible(
  step: StepContext<OperationContext>,
  vault: VaultRef,
): Promise<{ bytesFreed: number | null }> {
  try {
    return await sweepVault(step.services.vaultData, vault);
  } catch (error) {
    if (!(error instanceof Fault) || step.signal.aborted) throw error;
    step.warn({
      code: "SpaceNotReclaimed",
      message: `The space of the deleted recovery points was not given back yet: ${error.message}`,
      possibleCauses: error.possibleCauses,
      recommendedAction: `${error.recommendedAction} Space is reclaimed every hour, or on the Dashboard at once.`,
    });
    return { bytesFreed: null };
  }
}

/** Sweeps, compactions, and whatever else deletes from the store or announces it: one at a time per vault (vault format §8). */
export async function betweenSweeps<T>(vaultData: VaultData, vault: VaultRef, work: () => Promise<T>): Promise<T> {
  const chains = running.get(vaultData) ?? new Map<string, Promise<unknown>>();
  running.set(vaultData, chains);
  const before = chains.get(vault.id) ?? Promise.resolve();
  const turn = before.then(work);
  const settled = turn.catch(() => undefined);
  chains.set(vault.id, settled);
  try {
    return await turn;
  } finally {
    if (chains.get(vault.id) === settled) chains.delete(vault.id);
  }
}
