import { clockTime } from "@/lib/domain/clock-time";
import type { ProtectedItem, Vault } from "@/lib/domain/entities";
import type { OperationContext } from "./context";
import { readProtectedItem } from "./read-protected-item";

export interface VaultOverviewFigures {
  readonly passphraseSet: boolean;
  readonly storedBytes: number;
  readonly protectedItemCount: number;
  readonly recoveryPlanCount: number;
  readonly registeredServersCount: number;
  readonly jobs: { readonly inProgress: number; readonly suspended: number; readonly failed: number };
  readonly unhealthyItems: readonly { readonly name: string; readonly message: string }[];
}

/** What the dashboard shows. `storedBytes` is counted in the vault's store, not remembered. */
export async function readVaultOverview(context: OperationContext, vault: Vault): Promise<VaultOverviewFigures> {
  const { repositories } = context;
  const [items, plans, providers, jobs] = await Promise.all([
    repositories.protectedItems.listByVault(vault.id),
    repositories.recoveryPlans.list(vault.id),
    repositories.providers.listByVault(vault.id),
    context.jobs.list({ vaultId: vault.id, states: ["NotStarted", "InProgress", "Suspended", "Failed"] }),
  ]);
  const troubles = (await Promise.all(items.map((item) => troublesOf(context, vault, item)))).flat();
  const count = (...states: readonly string[]) => jobs.filter((job) => states.includes(job.state)).length;
  return {
    passphraseSet: vault.passphraseSetAt !== null,
    storedBytes: vault.state === "Active" ? await context.vaultData.storedBytes(vault) : 0,
    protectedItemCount: items.length,
    recoveryPlanCount: plans.length,
    registeredServersCount: providers.length,
    jobs: { inProgress: count("NotStarted", "InProgress"), suspended: count("Suspended"), failed: count("Failed") },
    unhealthyItems: [
      ...troubles,
      ...providers.flatMap((provider) =>
        context.sites.isConnected(provider.id)
          ? []
          : [
              {
                name: provider.hostName,
                message: `No heartbeat since ${provider.lastHeartbeatAt ? clockTime(provider.lastHeartbeatAt) : "its registration"}.`,
              },
            ],
      ),
    ],
  };
}

/** What the item's own page warns of, without what is said once for its whole host, and advice to test. */
async function troublesOf(context: OperationContext, vault: Vault, item: ProtectedItem) {
  const fabric = await context.repositories.fabrics.get(item.fabricId);
  if (!fabric) return [];
  const { health } = await readProtectedItem(context, vault, fabric, item);
  return health
    .filter(({ category }) => category === "Replication" || category === "Configuration")
    .map(({ explanation }) => ({ name: item.machineName, message: explanation.message }));
}
