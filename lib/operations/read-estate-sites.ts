import { vaultArmId } from "@/lib/contract/arm-id";
import type { OperationContext } from "./context";
import type { EstateSiteStatus } from "./ports/estate-control";

export interface EstateSiteView {
  readonly status: EstateSiteStatus;
  /** ARM id, or null when its host is not registered, or in a vault that is gone. */
  readonly registeredVaultId: string | null;
}

/** The on-premises sites of this machine with what their hosts say. Empty when nothing supervises us. */
export async function readEstateSites(context: OperationContext): Promise<EstateSiteView[]> {
  if (context.estate.unavailableReason() !== null) return [];
  return Promise.all((await context.estate.list()).map((status) => viewOf(context, status)));
}

export async function viewOf(context: OperationContext, status: EstateSiteStatus): Promise<EstateSiteView> {
  const vault = status.registeredVault === null ? null : await context.repositories.vaults.get(status.registeredVault);
  return { status, registeredVaultId: vault ? vaultArmId(vault) : null };
}
