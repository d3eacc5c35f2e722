import { SIMULATED_API_VERSIONS } from "@/lib/contract/api-versions";
import { listOf } from "@/lib/contract/portal";
import { VirtualNetworkCreation, VirtualNetworkResource } from "@/lib/contract/region-resources";
import { deleteVirtualNetwork } from "@/lib/operations/delete-virtual-network";
import { writeVirtualNetwork } from "@/lib/operations/write-virtual-network";
import { created, list, noContent, ok } from "../answers";
import { RESOURCE_GROUP } from "../paths";
import { refuseWhenNotNew } from "../preconditions";
import { presentVirtualNetwork } from "../presenters/region";
import { noSuchResource, scopeOf } from "../resolve";
import { route, type Call, type Route } from "../route";

const NETWORKS = `${RESOURCE_GROUP}/providers/Microsoft.Network/virtualNetworks` as const;
const NETWORK = `${NETWORKS}/{networkName}` as const;
const apiVersions = SIMULATED_API_VERSIONS;
type NetworkCall = Call<"subscriptionId" | "resourceGroupName" | "networkName", unknown>;

export const virtualNetworkRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: NETWORKS,
    summary: "Lists virtual networks (simulated).",
    apiVersions,
    answer: listOf(VirtualNetworkResource),
    async handle({ context, params }) {
      const networks = await context.repositories.virtualNetworks.list(scopeOf(params));
      return list(networks.map(presentVirtualNetwork));
    },
  }),
  route({
    method: "GET",
    path: NETWORK,
    summary: "Gets a virtual network.",
    apiVersions,
    answer: VirtualNetworkResource,
    async handle(call) {
      const network = await findNetwork(call);
      if (!network) throw noSuchResource(call.params.networkName, "networkName");
      return ok(presentVirtualNetwork(network));
    },
  }),
  route({
    method: "PUT",
    path: NETWORK,
    summary: "Creates or replaces a virtual network.",
    apiVersions,
    body: VirtualNetworkCreation,
    answer: VirtualNetworkResource,
    async handle(call) {
      const { context, params, body } = call;
      const existing = await findNetwork(call);
      if (existing) refuseWhenNotNew(call, "virtual network", existing.name, "networkName");
      const written = await writeVirtualNetwork(context, {
        ...scopeOf(params),
        name: params.networkName,
        location: body.location,
        addressSpace: body.properties.addressSpace.addressPrefixes[0] ?? "",
        subnets: (body.properties.subnets ?? []).map((subnet) => ({
          name: subnet.name,
          addressPrefix: subnet.properties.addressPrefix,
        })),
        isolated: body.properties.isolated ?? existing?.isolated ?? false,
      });
      return (written.created ? created : ok)(presentVirtualNetwork(written.network));
    },
  }),
  route({
    method: "DELETE",
    path: NETWORK,
    summary: "Deletes a virtual network. Refused while a machine is in it or meant for it.",
    apiVersions,
    async handle(call) {
      const network = await findNetwork(call);
      if (network) await deleteVirtualNetwork(call.context, network);
      return noContent();
    },
  }),
];

const findNetwork = (call: NetworkCall) =>
  call.context.repositories.virtualNetworks.find(scopeOf(call.params), call.params.networkName);
