import { queryOptions } from "@tanstack/react-query";
import { ConsistencyGroup, ReplicationHistory } from "@/lib/contract/recovery-points";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { armGet, armList } from "../arm-client";
import { api, apiVersions } from "../paths";
import { keys } from "../query-keys";

type Item = Pick<ProtectedItemResource, "id" | "name">;

/** What each cycle did. A new recovery point refreshes it with everything else of the vault. */
export const replicationHistoryQuery = (vault: string, item: Item) =>
  queryOptions({
    queryKey: keys.inVault(vault, "replicationHistory", item.name),
    queryFn: ({ signal }) =>
      armGet(
        api.ofId(item.id, apiVersions.own, "providers", "Secondsite.Recovery", "replicationHistory"),
        ReplicationHistory,
        signal,
      ),
    refetchInterval: 15_000,
  });

/** The container of an item; ids always carry it. */
export const containerIdOf = (item: Item): string => item.id.split(/\/replicationProtectedItems\//i)[0] ?? item.id;

export const consistencyGroupPath = (item: Item, name: string): string =>
  api.ofId(containerIdOf(item), apiVersions.own, "providers", "Secondsite.Recovery", "consistencyGroups", name);

/** The consistency groups of an item's site. */
export const consistencyGroupsQuery = (vault: string, item: Item) =>
  queryOptions({
    queryKey: keys.inVault(vault, "consistencyGroups", containerIdOf(item)),
    queryFn: ({ signal }) =>
      armList(
        api.ofId(containerIdOf(item), apiVersions.own, "providers", "Secondsite.Recovery", "consistencyGroups"),
        ConsistencyGroup,
        signal,
      ),
    refetchInterval: 15_000,
  });
