import type { Vault } from "@/lib/domain/entities";
import type { VaultSample } from "@/lib/domain/space";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "../context";
import { RECLAIM_SCENARIO } from "./reclaim-space";

export interface SpaceFigures {
  /** Counted in the store now. */
  readonly storedBytes: number;
  /** Oldest first. */
  readonly samples: readonly VaultSample[];
  /** What people call the machines, by the ids of the samples. */
  readonly machineNames: ReadonlyMap<string, string>;
  /** The newest job that reclaims space, whatever its state. */
  readonly lastJob: Job | null;
}

/** Where a vault's bytes are, and how that has grown. */
export async function readSpace(context: OperationContext, vault: Vault): Promise<SpaceFigures> {
  const { vaultSamples, protectedItems } = context.repositories;
  const [samples, items, jobs] = await Promise.all([
    vaultSamples.list(vault.id),
    protectedItems.listByVault(vault.id),
    context.jobs.list({ vaultId: vault.id, scenarioNames: [RECLAIM_SCENARIO], limit: 1 }),
  ]);
  return {
    storedBytes: vault.state === "Active" ? await context.vaultData.storedBytes(vault) : 0,
    samples,
    machineNames: new Map(items.map(({ machineId, machineName }) => [machineId, machineName])),
    lastJob: jobs[0] ?? null,
  };
}
