import type { Fabric, Provider, Vault } from "@/lib/domain/entities";
import type { OperationContext } from "./context";

export interface FabricView {
  readonly vault: Vault;
  readonly fabric: Fabric;
  readonly hosts: readonly { readonly provider: Provider; readonly connected: boolean; readonly itemCount: number }[];
  /** Its container is paired with Azure by at least one protection group. */
  readonly paired: boolean;
}

export async function readFabrics(context: OperationContext, vault: Vault): Promise<FabricView[]> {
  const fabrics = await context.repositories.fabrics.list(vault.id);
  return Promise.all(fabrics.map((fabric) => readFabric(context, vault, fabric)));
}

export async function readFabric(context: OperationContext, vault: Vault, fabric: Fabric): Promise<FabricView> {
  const { providers, protectedItems, containerMappings } = context.repositories;
  const [hosts, items, mappings] = await Promise.all([
    providers.listByFabric(fabric.id),
    protectedItems.listByFabric(fabric.id),
    containerMappings.listByFabric(fabric.id),
  ]);
  return {
    vault,
    fabric,
    hosts: hosts.map((provider) => ({
      provider,
      connected: context.sites.isConnected(provider.id),
      itemCount: items.filter((item) => item.providerId === provider.id).length,
    })),
    paired: mappings.length > 0,
  };
}
