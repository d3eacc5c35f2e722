import type { Fabric, ProtectedItem, Provider, Vault } from "@/lib/domain/entities";
import type { OperationContext } from "./context";

export interface VaultHealth {
  readonly items: { readonly count: number; readonly unhealthy: readonly ProtectedItem[] };
  readonly fabrics: readonly Fabric[];
  /** Registered, but no heartbeat arrives. */
  readonly silentHosts: readonly Provider[];
  readonly hostCount: number;
  readonly planCount: number;
  readonly jobs: { readonly failed: number; readonly suspended: number; readonly inProgress: number };
  readonly eventCount: number;
}

const EVENTS_COUNTED_MAX = 1000;

/** What is not as it should be in a vault, counted from what is there. */
export async function readVaultHealth(context: OperationContext, vault: Vault): Promise<VaultHealth> {
  const { protectedItems, fabrics, providers, recoveryPlans, events } = context.repositories;
  const [items, sites, hosts, plans, recent, jobs] = await Promise.all([
    protectedItems.listByVault(vault.id),
    fabrics.list(vault.id),
    providers.listByVault(vault.id),
    recoveryPlans.list(vault.id),
    events.list(vault.id, { take: EVENTS_COUNTED_MAX }),
    context.jobs.list({ vaultId: vault.id, states: ["NotStarted", "InProgress", "Suspended", "Failed"] }),
  ]);
  const count = (...states: string[]) => jobs.filter((job) => states.includes(job.state)).length;
  return {
    items: { count: items.length, unhealthy: items.filter((item) => item.replicationError !== null) },
    fabrics: sites,
    silentHosts: hosts.filter((host) => !context.sites.isConnected(host.id)),
    hostCount: hosts.length,
    planCount: plans.length,
    jobs: { failed: count("Failed"), suspended: count("Suspended"), inProgress: count("NotStarted", "InProgress") },
    eventCount: recent.length,
  };
}
