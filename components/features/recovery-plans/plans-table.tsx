"use client";
import { useQuery } from "@tanstack/react-query";
import { ListOrdered } from "lucide-react";
import type { ReactNode } from "react";
import { QueryView } from "@/components/shell/query-view";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { ExactTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { pages } from "@/lib/client/paths";
import { recoveryPlansQuery } from "@/lib/client/queries/recovery-plans";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import { bootGroupIndexes, machineCount } from "./plan-draft";
import { lastRun, planStatus } from "./plan-status";

const columns: readonly TableColumn<RecoveryPlanResource>[] = [
  {
    key: "name",
    header: "Recovery plan",
    cell: ({ properties }) => properties.friendlyName,
    sortValue: ({ properties }) => properties.friendlyName,
  },
  {
    key: "status",
    header: "Status",
    cell: (plan) => <StatusBadge tone={planStatus(plan).tone}>{planStatus(plan).text}</StatusBadge>,
  },
  {
    key: "source",
    header: "Source",
    hideBelow: "md",
    cell: ({ properties }) => properties.primaryFabricFriendlyName,
    sortValue: ({ properties }) => properties.primaryFabricFriendlyName,
  },
  {
    key: "groups",
    header: "Groups",
    align: "end",
    hideBelow: "sm",
    cell: ({ properties }) => bootGroupIndexes(properties.groups).length,
  },
  {
    key: "machines",
    header: "Machines",
    align: "end",
    cell: ({ properties }) => machineCount(properties.groups),
    sortValue: ({ properties }) => machineCount(properties.groups),
  },
  {
    key: "last",
    header: "Last run",
    hideBelow: "lg",
    cell: (plan) => {
      const last = lastRun(plan);
      return last === null ? (
        "never"
      ) : (
        <>
          {last.kind}, <ExactTime at={last.at} />
        </>
      );
    },
    sortValue: (plan) => lastRun(plan)?.at ?? "",
  },
];

export function PlansTable(props: { readonly vaultName: string; readonly emptyAction: ReactNode }) {
  const query = useQuery(recoveryPlansQuery(props.vaultName));
  return (
    <QueryView query={query} what="recovery plans">
      {(plans) => (
        <DataTable
          label="Recovery plans"
          columns={columns}
          rows={plans}
          rowKey={(plan) => plan.name}
          rowText={(plan) => plan.properties.friendlyName}
          href={(plan) => pages.recoveryPlan(props.vaultName, plan.name)}
          empty={
            <EmptyState icon={<ListOrdered />} title="No recovery plan yet" actions={props.emptyAction}>
              A recovery plan fails several machines over together, group after group: the database first, then the
              application, then the web.
            </EmptyState>
          }
        />
      )}
    </QueryView>
  );
}
