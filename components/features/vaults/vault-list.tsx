"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus, ShieldCheck } from "lucide-react";
import { Commands } from "@/components/shell/command-slot";
import { QueryView } from "@/components/shell/query-view";
import { useRegionName } from "@/components/shell/use-region-name";
import { Button } from "@/components/ui/button";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { ExactTime } from "@/components/ui/relative-time";
import { nameInId, pages } from "@/lib/client/paths";
import { vaultsQuery } from "@/lib/client/queries/vaults";
import { useShellStore } from "@/lib/client/stores/shell-store";
import type { VaultResource } from "@/lib/contract/vaults";
import { VaultState } from "./vault-state";

/** Where the form for a new vault lies in the NEW drawer. */
export const NEW_VAULT_PATH = ["data-services", "recovery-services", "site-recovery-vault", "quick-create"];

/** All vaults of the subscription. */
export function VaultList() {
  const vaults = useQuery(vaultsQuery());
  const regionName = useRegionName();
  const openNew = useShellStore((state) => state.openNewDrawer);
  const create = () => openNew(NEW_VAULT_PATH);
  return (
    <>
      <QueryView query={vaults} what="the vaults">
        {(rows) => (
          <DataTable
            label="Site Recovery vaults"
            columns={columns(regionName)}
            rows={rows}
            rowKey={(vault) => vault.id}
            rowText={(vault) => vault.name}
            href={(vault) => pages.vault(vault.name)}
            empty={
              <EmptyState
                icon={<ShieldCheck />}
                title="You have no recovery vaults yet"
                actions={
                  <Button variant="primary" icon={<Plus />} onPress={create}>
                    Create a Site Recovery vault
                  </Button>
                }
              >
                A vault holds the encrypted copies of your machines and everything that is needed to fail over to them.
                It opens with a tutorial that leads you to the first test failover.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      <Commands
        label="Commands for vaults"
        commands={[{ id: "create", label: "Create vault", icon: <Plus />, onPress: create }]}
      />
    </>
  );
}

const columns = (regionName: (name: string) => string): readonly TableColumn<VaultResource>[] => [
  { key: "name", header: "Name", cell: (vault) => vault.name, sortValue: (vault) => vault.name },
  {
    key: "state",
    header: "Status",
    cell: (vault) => <VaultState state={vault.properties.provisioningState} />,
    sortValue: (vault) => vault.properties.provisioningState,
  },
  { key: "type", header: "Type", cell: () => "Site Recovery vault", hideBelow: "lg" },
  {
    key: "region",
    header: "Region",
    cell: (vault) => regionName(vault.location),
    sortValue: (vault) => vault.location,
    hideBelow: "sm",
  },
  {
    key: "storage",
    header: "Storage account",
    cell: (vault) => nameInId(vault.properties.storageAccountId, "storageAccounts") ?? "",
    hideBelow: "md",
  },
  {
    key: "created",
    header: "Created",
    cell: (vault) => <ExactTime at={vault.properties.createdAt} />,
    sortValue: (vault) => vault.properties.createdAt,
    hideBelow: "lg",
  },
];
