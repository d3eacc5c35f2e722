"use client";
import { useQuery } from "@tanstack/react-query";
import { containerOf, protectableItemsQuery, protectionGroupsQuery } from "@/lib/client/queries/protectable-items";
import { policiesQuery } from "@/lib/client/queries/policies";
import { regionsQuery, virtualNetworksQuery } from "@/lib/client/queries/region";
import { vaultQuery } from "@/lib/client/queries/vaults";
import { toCandidate, type NetworkOffer, type SizeOffer } from "./enable-protection-model";

/** What can be chosen when machines are protected: groups, the machines of the chosen group's site, sizes, networks. */
export function useProtectionOffers(vaultName: string, chosenGroupId: string | null) {
  const groups = useQuery(protectionGroupsQuery(vaultName));
  const policies = useQuery(policiesQuery(vaultName));
  const vault = useQuery(vaultQuery(vaultName));
  const regions = useQuery(regionsQuery());
  const networks = useQuery(virtualNetworksQuery());
  const group = groups.data?.find((one) => one.id === chosenGroupId) ?? groups.data?.[0] ?? null;
  const containerId = group === null ? "" : containerOf(group);
  const machines = useQuery(protectableItemsQuery(vaultName, containerId));
  const policy = policies.data?.find((one) => one.id.toLowerCase() === group?.properties.policyId.toLowerCase());
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
