"use client";
import { Card } from "@/components/ui/card";
import { DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { formatCount } from "@/components/ui/format";
import { StatusBadge } from "@/components/ui/status-badge";
import { Cpu } from "lucide-react";
import type { EstateSite } from "@/lib/contract/portal";

type Process = EstateSite["properties"]["processes"][number];

const HYPER_V: Readonly<Record<Process["role"], string>> = {
  host: "Hyper-V host (runs the machines)",
  agent: "Provider and MARS agent",
};
const VMWARE: typeof HYPER_V = {
  host: "VMware host (runs the machines)",
  agent: "Configuration server (replicates them)",
};

/** The real processes of a site. Killing one is a real outage. */
export function ProcessList({ site }: { readonly site: EstateSite }) {
  const roles = site.properties.kind === "contosoVmware" ? VMWARE : HYPER_V;
  return (
    <Card title="Processes" description="Operating-system processes on this computer.">
      <DataTable
        label="Processes of the site"
        rows={site.properties.processes}
        rowKey={(process) => process.role}
        rowText={(process) => roles[process.role]}
        columns={[
          { key: "role", header: "Role", cell: (process) => roles[process.role] },
          {
            key: "state",
            header: "Status",
            cell: (process) => <ProcessState process={process} isExpected={isExpected(process, site)} />,
          },
          {
            key: "pid",
            header: "Process id",
            align: "end",
            cell: (process) => process.pid ?? "–",
            hideBelow: "sm",
          },
          {
            key: "restarts",
            header: "Restarts",
            align: "end",
            cell: (process) => formatCount(process.restarts),
            hideBelow: "sm",
          },
        ]}
        empty={
          <EmptyState icon={<Cpu />} title="No process yet">
            The host process starts with the portal; the agent starts when the host is registered in a vault.
          </EmptyState>
        }
      />
    </Card>
  );
}

/** The agent comes with the registration; until then nobody misses it. */
const isExpected = (process: Process, site: EstateSite) =>
  process.role === "host" || site.properties.registeredVaultId !== null;

function ProcessState({ process, isExpected }: { readonly process: Process; readonly isExpected: boolean }) {
  if (process.running) return <StatusBadge tone="good">Running</StatusBadge>;
  return isExpected ? (
    <StatusBadge tone="bad">Not running</StatusBadge>
  ) : (
    <StatusBadge tone="idle">Starts when the host is registered</StatusBadge>
  );
}
