import { queryOptions } from "@tanstack/react-query";
import { armGet, armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";
import { BandwidthResource } from "@/lib/contract/bandwidth";
import { ContainerResource, FabricResource, ProviderResource } from "@/lib/contract/fabrics";

/** The sites of a vault, Hyper-V and VMware. */
export const fabricsQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "fabrics"),
    queryFn: ({ signal }) => armList(api.fabrics(vault), FabricResource, signal),
  });

/** What a site's uploads may take and take now. Heartbeats bring the figures, and are no events. */
export const bandwidthQuery = (vault: string, fabric: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "bandwidth", fabric),
    queryFn: ({ signal }) => armGet(api.bandwidth(vault, fabric), BandwidthResource, signal),
    refetchInterval: 2_000,
  });

/** The registered hosts and configuration servers of all sites of a vault. Heartbeats are no events, so they are read again every few seconds. */
export const providersQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "providers"),
    queryFn: ({ signal }) => armList(api.providers(vault), ProviderResource, signal),
    refetchInterval: 5_000,
  });

export const containersQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "containers"),
    queryFn: ({ signal }) => armList(api.containers(vault), ContainerResource, signal),
  });
