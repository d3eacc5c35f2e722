import type { VaultData, VaultRef } from "./ports/vault-data";

const running = new WeakMap<VaultData, Map<string, Promise<unknown>>>();

/** Gives back the space of what no point refers to. Sweeps of one vault follow one another, never at once (vault format). */
export async function sweepVault(vaultData: VaultData, vault: VaultRef): Promise<{ bytesFreed: number }> {
  return betweenSweeps(vaultData, vault, () => vaultData.sweep(vault));
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
