"use client";
import { useQuery } from "@tanstack/react-query";
import { Network, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { useRegionName } from "@/components/shell/use-region-name";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { IconButton } from "@/components/ui/icon-button";
import { api } from "@/lib/client/paths";
import { virtualNetworksQuery } from "@/lib/client/queries/region";
import { useShellStore } from "@/lib/client/stores/shell-store";
import type { VirtualNetworkResource } from "@/lib/contract/region-resources";
import { DeleteResourceDialog } from "@/components/shell/delete-resource-dialog";

export const NEW_NETWORK_PATH = ["network-services", "virtual-network"];

/** The networks that replicas are connected to. */
export function NetworkList() {
  const networks = useQuery(virtualNetworksQuery());
  const regionName = useRegionName();
  const openNew = useShellStore((state) => state.openNewDrawer);
  const [deleting, setDeleting] = useState<string | null>(null);
  const create = (
    <Button size="small" icon={<Plus />} onPress={() => openNew(NEW_NETWORK_PATH)}>
      Create virtual network
    </Button>
  );
  return (
    <Card title="Virtual networks" description="Where machines are connected after a failover." actions={create}>
      <QueryView query={networks} what="the virtual networks">
        {(rows) => (
          <DataTable
            label="Virtual networks"
            rows={rows}
            rowKey={(network) => network.id}
            rowText={(network) => network.name}
            columns={columns(setDeleting, regionName)}
            empty={
              <EmptyState icon={<Network />} title="No virtual networks yet">
                Create one for failovers, and an isolated one for test failovers, so that a test can never meet the
                source.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      <DeleteResourceDialog
        what="virtual network"
        name={deleting}
        path={api.virtualNetwork}
        onClose={() => setDeleting(null)}
        consequence="A network that a machine or a protected item uses is not deleted."
      />
    </Card>
  );
}

const columns = (
  onDelete: (name: string) => void,
  regionName: (location: string) => string,
): readonly TableColumn<VirtualNetworkResource>[] => [
  { key: "name", header: "Name", cell: (network) => network.name, sortValue: (network) => network.name },
  {
    key: "kind",
    header: "Connection",
    cell: (network) => (network.properties.isolated ? "Isolated, for test failovers" : "Connected"),
  },
  { key: "region", header: "Region", cell: (network) => regionName(network.location), hideBelow: "md" },
  {
    key: "space",
    header: "Address space",
    cell: (network) => <span className="font-mono">{network.properties.addressSpace.addressPrefixes.join(", ")}</span>,
    hideBelow: "sm",
  },
  {
    key: "subnets",
    header: "Subnets",
    cell: (network) => network.properties.subnets.map((subnet) => subnet.name).join(", "),
    hideBelow: "lg",
  },
  {
    key: "actions",
    header: "Actions",
    align: "end",
    cell: (network) => (
      <IconButton
        label={`Delete virtual network ${network.name}`}
        icon={<Trash2 />}
        onPress={() => onDelete(network.name)}
      />
    ),
  },
];
