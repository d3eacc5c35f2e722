import type { VirtualNetwork } from "@/lib/domain/entities";
import { networkNameProblem, refuseWhen } from "@/lib/domain/names";
import { networkProblem } from "@/lib/domain/network-rules";
import { findRegion } from "@/lib/domain/regions";
import { regionProblem } from "@/lib/domain/vault-rules";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import type { OperationContext } from "./context";

/**
 * Makes or replaces a network of the simulated region.
 * @throws Refusal InvalidNetworkName, LocationNotAvailable, InvalidAddressPrefix, InvalidResourceLocation
 */
export async function writeVirtualNetwork(
  context: OperationContext,
  network: VirtualNetwork,
): Promise<{ network: VirtualNetwork; created: boolean }> {
  refuseWhen(networkNameProblem(network.name), "virtualNetworkName");
  const region = findRegion(network.location);
  if (!region) throw new Refusal("invalid", regionProblem(network.location), "location");
  const problem = networkProblem(network.addressSpace, network.subnets);
  if (problem) throw new Refusal("invalid", problem.explanation, problem.target);
  const existing = await context.repositories.virtualNetworks.find(network, network.name);
  if (existing && existing.location !== region.name) throw elsewhere(existing);
  const written = { ...network, name: existing?.name ?? network.name, location: region.name };
  await context.repositories.virtualNetworks.put(written);
  announce(context, null, "virtualNetworks", written.name);
  return { network: written, created: existing === null };
}

function elsewhere(network: VirtualNetwork): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "InvalidResourceLocation",
      message: `The network ${network.name} already exists in ${network.location}; it cannot be moved.`,
      possibleCauses: "The network was created with another region.",
      recommendedAction: "Choose another name, or delete the network first.",
    },
    "location",
  );
}
