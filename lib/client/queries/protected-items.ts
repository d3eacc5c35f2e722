import { queryOptions } from "@tanstack/react-query";
import { FailoverStanding } from "@/lib/contract/failover-standing";
import { EvidenceView, ReplicationView } from "@/lib/contract/portal";
import { ResynchronizationResource } from "@/lib/contract/resynchronization";
import { ProtectedItemResource, RecoveryPointResource } from "@/lib/contract/protected-items";
import { armGet, armList } from "../arm-client";
import { api, apiVersions, nameInId } from "../paths";
import { keys } from "../query-keys";

/** Everything protected in a vault, over all its sites. No event tells that a host has fallen silent: hence the interval. */
export const protectedItemsQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "protectedItems"),
    queryFn: ({ signal }) => armList(api.protectedItems(vault), ProtectedItemResource, signal),
    refetchInterval: 10_000,
  });

/** Measured replication figures of one item. Live events refresh it; the slow interval covers a silent connection. */
export const replicationQuery = (vault: string, item: Pick<ProtectedItemResource, "id" | "name">) =>
  queryOptions({
    queryKey: keys.replication(vault, item.name),
    queryFn: ({ signal }) =>
      armGet(
        api.ofId(item.id, apiVersions.own, "providers", "Secondsite.Recovery", "replication"),
        ReplicationView,
        signal,
      ),
    refetchInterval: 10_000,
  });

/** Follows the figures of replication while it runs; events tell of its beginning and end. */
export const resynchronizationQuery = (vault: string, item: Pick<ProtectedItemResource, "id" | "name">) =>
  queryOptions({
    queryKey: keys.inVault(vault, "resynchronization", item.name),
    queryFn: ({ signal }) =>
      armGet(
        api.ofId(item.id, apiVersions.own, "providers", "Secondsite.Recovery", "resynchronization", "default"),
        ResynchronizationResource,
        signal,
      ),
    refetchInterval: (query) => (query.state.data?.properties.state === "InProgress" ? 1_000 : 5_000),
  });

/** Both sides of the machine now; asked again soon, because nothing tells of power and orders. */
export const standingQuery = (vault: string, item: Pick<ProtectedItemResource, "id" | "name">) =>
  queryOptions({
    queryKey: keys.inVault(vault, "standing", item.name),
    queryFn: ({ signal }) =>
      armGet(
        api.ofId(item.id, apiVersions.own, "providers", "Secondsite.Recovery", "standing"),
        FailoverStanding,
        signal,
      ),
    refetchInterval: (query) => (query.state.data?.properties.replica ? 3_000 : 10_000),
  });

export const evidenceQuery = (vault: string, item: Pick<ProtectedItemResource, "id" | "name">) =>
  queryOptions({
    queryKey: keys.inVault(vault, "evidence", item.name),
    queryFn: ({ signal }) =>
      armGet(api.ofId(item.id, apiVersions.own, "providers", "Secondsite.Recovery", "evidence"), EvidenceView, signal),
  });

/** Newest first. */
export const recoveryPointsQuery = (vault: string, item: Pick<ProtectedItemResource, "id" | "name">) =>
  queryOptions({
    queryKey: keys.inVault(vault, "recoveryPoints", item.name),
    queryFn: async ({ signal }) => {
      const path = api.ofId(item.id, apiVersions.siteRecovery, "recoveryPoints");
      const points = await armList(path, RecoveryPointResource, signal);
      return points.sort((a, b) => b.properties.recoveryPointTime.localeCompare(a.properties.recoveryPointTime));
    },
    refetchInterval: 15_000,
  });

/** The name of the site (fabric) in an item's id; ids always carry it. */
export const fabricOf = (item: Pick<ProtectedItemResource, "id">) => nameInId(item.id, "replicationFabrics") ?? "";
