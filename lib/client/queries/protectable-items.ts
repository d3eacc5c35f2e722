import { queryOptions } from "@tanstack/react-query";
import { ProtectableItemResource } from "@/lib/contract/fabrics";
import { ContainerMappingResource } from "@/lib/contract/policies";
import { armList } from "../arm-client";
import { api, apiVersions } from "../paths";
import { keys } from "../query-keys";

/** Protection groups of a vault: the pairings of a site's container with a policy and Azure. */
export const protectionGroupsQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "protectionGroups"),
    queryFn: ({ signal }) => armList(api.containerMappings(vault), ContainerMappingResource, signal),
  });

/** The id of the container that a protection group lies under. */
export const containerOf = (group: Pick<ContainerMappingResource, "id">) =>
  group.id.replace(/\/replicationProtectionContainerMappings\/.*$/i, "");

/** The machines that the hosts of a container have reported, protected or not, able to be or not. */
export const protectableItemsQuery = (vault: string, containerId: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "protectableItems", containerId),
    queryFn: ({ signal }) =>
      armList(
        api.ofId(containerId, apiVersions.siteRecovery, "replicationProtectableItems"),
        ProtectableItemResource,
        signal,
      ),
    enabled: containerId !== "",
  });
