import { queryOptions } from "@tanstack/react-query";
import { Tutorial, VaultOverview } from "@/lib/contract/portal";
import { VaultKeysResource } from "@/lib/contract/vault-keys";
import { VaultResource } from "@/lib/contract/vaults";
import { armGet, armList } from "../arm-client";
import { api } from "../paths";
import { keys } from "../query-keys";

export const vaultsQuery = () =>
  queryOptions({
    queryKey: keys.vaults(),
    queryFn: ({ signal }) => armList(api.vaults(), VaultResource, signal),
  });

export const vaultQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "vault"),
    queryFn: ({ signal }) => armGet(api.vault(vault), VaultResource, signal),
  });

export const overviewQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "overview"),
    queryFn: ({ signal }) => armGet(api.overview(vault), VaultOverview, signal),
    refetchInterval: 10_000,
  });

export const vaultKeysQuery = (vault: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "vaultKeys"),
    queryFn: ({ signal }) => armGet(api.vaultKeys(vault), VaultKeysResource, signal),
  });

/** The steps of a scenario's tutorial, each checked against the system when it is read. */
export const tutorialQuery = (vault: string, scenario: string) =>
  queryOptions({
    queryKey: keys.inVault(vault, "tutorial", scenario),
    queryFn: ({ signal }) => armGet(api.tutorial(vault, scenario), Tutorial, signal),
    refetchInterval: 5_000,
  });
