import { vaultArmId } from "@/lib/contract/arm-id";
import type { OperationContext } from "./context";
import type { EstateMachine, EstateSiteStatus } from "./ports/estate-control";

export interface EstateSiteView {
  readonly status: EstateSiteStatus;
  readonly machines: readonly EstateMachine[];
  readonly registeredVaultId: string | null;
  readonly registeredFabric: string | null;
}

/** The on-premises sites of this machine with what their hosts say. Empty when nothing supervises us. */
export async function readEstateSites(context: OperationContext): Promise<EstateSiteView[]> {
  if (context.estate.unavailableReason() !== null) return [];
  const sites = await context.estate.list();
  return Promise.all(sites.map((status) => viewOf(context, status)));
}

export async function viewOf(context: OperationContext, status: EstateSiteStatus): Promise<EstateSiteView> {
  const machines = status.state === "running" ? await context.estate.machines(status.name) : [];
  const vault = status.registeredVault === null ? null : await context.repositories.vaults.get(status.registeredVault);
  return {
    status,
    machines,
    registeredVaultId: vault ? vaultArmId(vault) : null,
    registeredFabric: vault ? await fabricOf(context, vault.id, status) : null,
  };
}

/** A site's host is known to the vault by the machines it reports; its processes do not know the vault's names. */
async function fabricOf(context: OperationContext, vaultId: string, status: EstateSiteStatus): Promise<string | null> {
  const ids = new Set((await context.estate.machines(status.name)).map((machine) => machine.id));
  for (const provider of await context.repositories.providers.listByVault(vaultId)) {
    if (!provider.inventory.some((machine) => ids.has(machine.id))) continue;
    return (await context.repositories.fabrics.get(provider.fabricId))?.name ?? null;
  }
  return null;
}
