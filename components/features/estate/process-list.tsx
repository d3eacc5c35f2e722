"use client";
import { Card } from "@/components/ui/card";
import { DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { formatCount } from "@/components/ui/format";
import { StatusBadge } from "@/components/ui/status-badge";
import { Cpu } from "lucide-react";
import type { EstateSite } from "@/lib/contract/portal";

type Process = EstateSite["properties"]["processes"][number];

const roles: Record<Process["role"], string> = {
  host: "Hyper-V host (runs the machines)",
  agent: "Provider and MARS agent",
};

/** The real processes of a site. Killing one is a real outage. */
export function ProcessList({ site }: { readonly site: EstateSite }) {
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
            cell: (process) => (
              <StatusBadge tone={process.running ? "good" : "bad"}>
                {process.running ? "Running" : "Not running"}
              </StatusBadge>
            ),
          },
          { key: "pid", header: "Process id", align: "end", cell: (process) => process.pid ?? "–" },
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
