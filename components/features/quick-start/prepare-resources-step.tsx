"use client";
import { useQuery } from "@tanstack/react-query";
import { Database, Network } from "lucide-react";
import { Button } from "@/components/ui/button";
import { LinkButton } from "@/components/ui/link-button";
import { pages } from "@/lib/client/paths";
import { storageAccountsQuery, virtualNetworksQuery } from "@/lib/client/queries/region";
import { vaultQuery } from "@/lib/client/queries/vaults";
import { useShellStore } from "@/lib/client/stores/shell-store";

/** Storage for replicas and networks to connect them to, in the vault's region. */
export function PrepareResourcesStep({ vaultName }: { readonly vaultName: string }) {
  const vault = useQuery(vaultQuery(vaultName));
  const accounts = useQuery(storageAccountsQuery());
  const networks = useQuery(virtualNetworksQuery());
  const openNew = useShellStore((state) => state.openNewDrawer);
  const region = vault.data?.location;
  const here = <T extends { location: string }>(all: readonly T[] | undefined) =>
    (all ?? []).filter((one) => one.location === region);
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Names title="Storage accounts" names={here(accounts.data).map((one) => one.name)} />
        <Names
          title="Virtual networks"
          names={here(networks.data).map((one) => (one.properties.isolated ? `${one.name} (isolated)` : one.name))}
        />
      </div>
      <div className="flex flex-wrap gap-2">
        <Button icon={<Database />} onPress={() => openNew(["data-services", "storage", "storage-account"])}>
          Create storage account
        </Button>
        <Button icon={<Network />} onPress={() => openNew(["network-services", "virtual-network"])}>
          Create virtual network
        </Button>
        <LinkButton href={pages.vaultTab(vaultName, "resources")}>Open Resources</LinkButton>
      </div>
    </>
  );
}

function Names({ title, names }: { readonly title: string; readonly names: readonly string[] }) {
  return (
    <div className="min-w-0">
      <h4 className="text-[0.8125rem] text-muted">{title} in the vault&rsquo;s region</h4>
      <p className="break-words">{names.length > 0 ? names.join(", ") : "none yet"}</p>
    </div>
  );
}
