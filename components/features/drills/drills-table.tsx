"use client";
import { useQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import type { ReactNode } from "react";
import { QueryView } from "@/components/shell/query-view";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { RelativeTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { pages } from "@/lib/client/paths";
import { drillsQuery } from "@/lib/client/queries/drills";
import type { DrillResource } from "@/lib/contract/drills";
import { drillStatus, runStatus, zonedTime } from "./drill-status";

const nextStart = ({ properties }: DrillResource) => properties.nextStarts.find((start) => !start.skipped) ?? null;

const columns: readonly TableColumn<DrillResource>[] = [
  { key: "name", header: "Drill", cell: ({ name }) => name, sortValue: ({ name }) => name },
  {
    key: "status",
    header: "Status",
    cell: (drill) => <StatusBadge tone={drillStatus(drill).tone}>{drillStatus(drill).text}</StatusBadge>,
  },
  {
    key: "plan",
    header: "Recovery plan",
    hideBelow: "sm",
    cell: ({ properties }) => properties.recoveryPlanName ?? "deleted",
    sortValue: ({ properties }) => properties.recoveryPlanName ?? "",
  },
  { key: "schedule", header: "Starts", hideBelow: "lg", cell: ({ properties }) => properties.scheduleText },
  {
    key: "next",
    header: "Next start",
    hideBelow: "md",
    cell: (drill) => {
      const next = nextStart(drill);
      return next === null ? "–" : zonedTime(next.at, drill.properties.timeZone);
    },
    sortValue: (drill) => nextStart(drill)?.at ?? "",
  },
  {
    key: "last",
    header: "Last result",
    hideBelow: "sm",
    cell: ({ properties: { lastRun } }) =>
      lastRun === null ? (
        "none yet"
      ) : (
        <span className="inline-flex flex-wrap items-center gap-x-2">
          <StatusBadge tone={runStatus(lastRun).tone}>{runStatus(lastRun).text}</StatusBadge>
          <span className="text-[0.8125rem] text-muted">
            <RelativeTime at={lastRun.endedAt} />
          </span>
        </span>
      ),
    sortValue: ({ properties }) => properties.lastRun?.endedAt ?? "",
  },
];

export function DrillsTable(props: { readonly vaultName: string; readonly emptyAction: ReactNode }) {
  const query = useQuery(drillsQuery(props.vaultName));
  return (
    <QueryView query={query} what="drills">
      {(drills) => (
        <DataTable
          label="Drills"
          columns={columns}
          rows={drills}
          rowKey={(drill) => drill.name}
          rowText={(drill) => drill.name}
          href={(drill) => pages.drill(props.vaultName, drill.name)}
          empty={
            <EmptyState icon={<CalendarClock />} title="No drill yet" actions={props.emptyAction}>
              A drill tests a recovery plan by itself: at the hours that you choose it starts the machines in an
              isolated network, holds them, cleans up, and keeps what it found.
            </EmptyState>
          }
        />
      )}
    </QueryView>
  );
}
