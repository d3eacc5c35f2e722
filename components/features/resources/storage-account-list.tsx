"use client";
import { useQuery } from "@tanstack/react-query";
import { Database, KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { useRegionName } from "@/components/shell/use-region-name";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { IconButton } from "@/components/ui/icon-button";
import { RelativeTime } from "@/components/ui/relative-time";
import { api } from "@/lib/client/paths";
import { storageAccountsQuery } from "@/lib/client/queries/region";
import { useShellStore } from "@/lib/client/stores/shell-store";
import type { StorageAccountResource } from "@/lib/contract/region-resources";
import { DeleteResourceDialog } from "@/components/shell/delete-resource-dialog";
import { ReplaceKeyDialog } from "./replace-key-dialog";

export const NEW_STORAGE_PATH = ["data-services", "storage", "storage-account"];

/** The storage accounts that vaults keep their data in. */
export function StorageAccountList() {
  const accounts = useQuery(storageAccountsQuery());
  const regionName = useRegionName();
  const openNew = useShellStore((state) => state.openNewDrawer);
  const [deleting, setDeleting] = useState<string | null>(null);
  const [replacing, setReplacing] = useState<string | null>(null);
  const create = (
    <Button size="small" icon={<Plus />} onPress={() => openNew(NEW_STORAGE_PATH)}>
      Create storage account
    </Button>
  );
  return (
    <Card
      title="Storage accounts"
      description="Folders on this computer, or containers in Azure, that hold the data of vaults."
      actions={create}
    >
      <QueryView query={accounts} what="the storage accounts">
        {(rows) => (
          <DataTable
            label="Storage accounts"
            rows={rows}
            rowKey={(account) => account.id}
            rowText={(account) => account.name}
            columns={[
              { key: "name", header: "Name", cell: (account) => account.name, sortValue: (account) => account.name },
              { key: "place", header: "Where its vaults lie", cell: placeOf, hideBelow: "md" },
              { key: "region", header: "Region", cell: (account) => regionName(account.location) },
              {
                key: "actions",
                header: "Actions",
                align: "end",
                cell: (account) => (
                  <>
                    {account.properties.azureBlob ? (
                      <IconButton
                        label={`Replace the key of ${account.name}`}
                        icon={<KeyRound />}
                        onPress={() => setReplacing(account.name)}
                      />
                    ) : null}
                    <IconButton
                      label={`Delete storage account ${account.name}`}
                      icon={<Trash2 />}
                      onPress={() => setDeleting(account.name)}
                    />
                  </>
                ),
              },
            ]}
            empty={
              <EmptyState icon={<Database />} title="No storage accounts yet">
                A vault needs one. Create it here, or let the vault&rsquo;s Quick Create make one.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      {replacing === null ? null : <ReplaceKeyDialog account={replacing} onClose={() => setReplacing(null)} />}
      <DeleteResourceDialog
        what="storage account"
        name={deleting}
        path={api.storageAccount}
        onClose={() => setDeleting(null)}
        consequence="Its folder is removed, or its key forgotten; a container in Azure stays. An account that still holds a vault's data or a replica's disks is not deleted."
      />
    </Card>
  );
}

function placeOf({ properties: { azureBlob } }: StorageAccountResource) {
  if (!azureBlob) return "A folder on this computer";
  const host = URL.canParse(azureBlob.endpoint) ? new URL(azureBlob.endpoint).host : azureBlob.endpoint;
  return (
    <>
      Azure Blob: {azureBlob.container} at {host}, key stored <RelativeTime at={azureBlob.keyEnteredAt} />
    </>
  );
}
