"use client";
import { useQuery } from "@tanstack/react-query";
import { MonitorCog } from "lucide-react";
import { QueryView } from "@/components/shell/query-view";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { formatCount } from "@/components/ui/format";
import { LinkButton } from "@/components/ui/link-button";
import { RelativeTime } from "@/components/ui/relative-time";
import { pages } from "@/lib/client/paths";
import { virtualMachinesQuery } from "@/lib/client/queries/region";
import type { VirtualMachineResource } from "@/lib/contract/region-resources";
import { MachineState } from "./machine-state";
import { purposeWords } from "./purpose";

/** The replicas that failovers and test failovers have made. */
export function VirtualMachineList() {
  const machines = useQuery(virtualMachinesQuery());
  return (
    <QueryView query={machines} what="the virtual machines">
      {(rows) => (
        <DataTable
          label="Virtual machines"
          rows={rows}
          rowKey={(machine) => machine.id}
          rowText={(machine) => machine.name}
          columns={columns}
          href={(machine) => pages.virtualMachine(machine.name)}
          empty={
            <EmptyState
              icon={<MonitorCog />}
              title="No virtual machine runs in Azure"
              actions={<LinkButton href={pages.vaults()}>Open Recovery Services</LinkButton>}
            >
              A test failover or a failover of a protected machine creates one here, from its recovery point.
            </EmptyState>
          }
        />
      )}
    </QueryView>
  );
}

const columns: readonly TableColumn<VirtualMachineResource>[] = [
  { key: "name", header: "Name", cell: (machine) => machine.name, sortValue: (machine) => machine.name },
  { key: "state", header: "Status", cell: (machine) => <MachineState state={machine.properties.state} /> },
  {
    key: "purpose",
    header: "Made by",
    cell: (machine) => purposeWords[machine.properties.purpose],
    sortValue: (machine) => machine.properties.purpose,
    hideBelow: "sm",
  },
  { key: "size", header: "Size", cell: (machine) => machine.properties.size, hideBelow: "md" },
  {
    key: "network",
    header: "Network",
    cell: (machine) => machine.properties.networkName ?? "none",
    hideBelow: "md",
  },
  {
    key: "orders",
    header: "Orders",
    align: "end",
    cell: (machine) => (machine.properties.orders ? formatCount(machine.properties.orders.count) : "–"),
    hideBelow: "md",
  },
  {
    key: "created",
    header: "Created",
    cell: (machine) => <RelativeTime at={machine.properties.createdAt} />,
    sortValue: (machine) => machine.properties.createdAt,
    hideBelow: "lg",
  },
];
