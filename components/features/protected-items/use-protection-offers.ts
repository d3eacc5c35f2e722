"use client";
import { useQuery } from "@tanstack/react-query";
import { containerOf, protectableItemsQuery, protectionGroupsQuery } from "@/lib/client/queries/protectable-items";
import { policiesQuery, policyOf } from "@/lib/client/queries/policies";
import { regionsQuery, virtualNetworksQuery } from "@/lib/client/queries/region";
import { vaultQuery } from "@/lib/client/queries/vaults";
import type { ContainerMappingResource } from "@/lib/contract/policies";
import { providerOf, type FabricKind } from "@/lib/domain/replication-provider";
import { toCandidate, type NetworkOffer, type SizeOffer } from "./enable-protection-model";

/**
 * What can be chosen when machines are protected: groups, the machines of the chosen group's site, sizes, networks. Before a group
 * is chosen it is the first of this kind.
 */
export function useProtectionOffers(vaultName: string, chosenGroupId: string | null, kind?: FabricKind) {
  const groups = useQuery(protectionGroupsQuery(vaultName));
  const policies = useQuery(policiesQuery(vaultName));
  const vault = useQuery(vaultQuery(vaultName));
  const regions = useQuery(regionsQuery());
  const networks = useQuery(virtualNetworksQuery());
  const isOfKind = (group: ContainerMappingResource) =>
    kind !== undefined &&
    policyOf(policies.data, group)?.properties.providerSpecificDetails.instanceType === providerOf(kind);
  const group =
    groups.data?.find((one) => one.id === chosenGroupId) ?? groups.data?.find(isOfKind) ?? groups.data?.[0] ?? null;
  const containerId = group === null ? "" : containerOf(group);
  const machines = useQuery(protectableItemsQuery(vaultName, containerId));
  const policy = group === null ? undefined : policyOf(policies.data, group);
  return {
    groups,
    group,
    containerId,
    machines,
    candidates: (machines.data ?? []).map(toCandidate),
    storageAccountId: policy?.properties.providerSpecificDetails.activeStorageAccountId ?? null,
    sizes: sizesOf(regions.data ?? [], vault.data?.location ?? null),
    networks: (networks.data ?? []).map((network): NetworkOffer => ({
      name: network.name,
      subnets: network.properties.subnets,
      isIsolated: network.properties.isolated ?? false,
    })),
    problem: groups.error ?? policies.error ?? regions.error ?? networks.error,
  };
}

const placeKey = (place: string) => place.replaceAll(" ", "").toLowerCase();

/** The sizes that the vault's region has; ARM spells a region with or without blanks. */
function sizesOf(
  regions: readonly { readonly name: string; readonly properties: { readonly sizes: readonly SizeOffer[] } }[],
  location: string | null,
): readonly SizeOffer[] {
  return regions.find((one) => location !== null && placeKey(one.name) === placeKey(location))?.properties.sizes ?? [];
}
