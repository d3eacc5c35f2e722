import type { Vault } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { requireNetwork } from "../start-failover";

/**
 * Nobody watches a drill: its machines must not meet those that they are copies of. Null: not connected at all.
 * @throws Refusal NetworkNotFound, DrillNetworkNotIsolated
 */
export async function requireIsolatedNetwork(
  context: OperationContext,
  vault: Vault,
  networkName: string | null,
): Promise<void> {
  if (networkName === null) return;
  await requireNetwork(context, vault, networkName);
  const network = await context.repositories.virtualNetworks.find(vault, networkName);
  if (network?.isolated === true) return;
  throw new Refusal(
    "invalid",
    {
      code: "DrillNetworkNotIsolated",
      message: `A drill cannot use the network ${networkName}: it is not isolated.`,
      possibleCauses: "The network is one that production uses, or was changed since the drill was made.",
      recommendedAction: "Choose an isolated network, or none: the test machines are then not connected.",
    },
    "properties.networkId",
  );
}
