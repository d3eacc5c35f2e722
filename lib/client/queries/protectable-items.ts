import { queryOptions } from "@tanstack/react-query";
import { armList } from "../arm-client";
import { api, apiVersions } from "../paths";
import { keys } from "../query-keys";
import { ProtectableItem, ProtectionGroup } from "../views/protectable-item";

/** Protection groups of a vault: the pairings of a site's container with a policy and Azure. */
export const protectionGroupsQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "protectionGroups"),
    queryFn: ({ signal }) => armList(api.containerMappings(vault), ProtectionGroup, signal),
  });

/** The id of the container that a protection group lies under. */
export const containerOf = (group: Pick<ProtectionGroup, "id">) =>
  group.id.replace(/\/replicationProtectionContainerMappings\/.*$/i, "");

/** The machines that the hosts of a container have reported, protected or not, able to be or not. */
export const protectableItemsQuery = (vault: string, containerId: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "protectableItems", containerId),
    queryFn: ({ signal }) =>
      armList(api.ofId(containerId, apiVersions.siteRecovery, "replicationProtectableItems"), ProtectableItem, signal),
    enabled: containerId !== "",
  });
