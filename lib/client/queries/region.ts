import { queryOptions } from "@tanstack/react-query";
import { Region } from "@/lib/contract/portal";
import { armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";
import {
  StorageAccountResource,
  VirtualMachineResource,
  VirtualNetworkResource,
} from "@/lib/contract/region-resources";

export const regionsQuery = () =>
  queryOptions({
    queryKey: keys.regions(),
    queryFn: ({ signal }) => armList(api.regions(), Region, signal),
    staleTime: Infinity,
  });

export const storageAccountsQuery = () =>
  queryOptions({
    queryKey: keys.storageAccounts(),
    queryFn: ({ signal }) => armList(api.storageAccounts(), StorageAccountResource, signal),
  });

export const virtualNetworksQuery = () =>
  queryOptions({
    queryKey: keys.virtualNetworks(),
    queryFn: ({ signal }) => armList(api.virtualNetworks(), VirtualNetworkResource, signal),
  });

/** Machines in the region. Their guests' order counts change without events, so they are read again. */
export const virtualMachinesQuery = () =>
  queryOptions({
    queryKey: keys.virtualMachines(),
    queryFn: ({ signal }) => armList(api.virtualMachines(), VirtualMachineResource, signal),
    // Disks that are being completed are worth watching.
    refetchInterval: ({ state }) =>
      state.data?.some((machine) => machine.properties.onDemandDisks.length > 0) === true ? 1_000 : 5_000,
  });
