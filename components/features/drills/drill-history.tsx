"use client";
import { useQuery } from "@tanstack/react-query";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { formatDuration } from "@/components/ui/format";
import { ExactTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import { drillRunsQuery } from "@/lib/client/queries/drills";
import type { DrillRunResource } from "@/lib/contract/drills";
import { runStatus, startedBy } from "./drill-status";

/** Every start that there was to make: what became of it, and why. */
export function DrillHistory({ vaultName, drillName }: { readonly vaultName: string; readonly drillName: string }) {
  const query = useQuery(drillRunsQuery(vaultName, drillName));
  return (
    <Card title="History" description="Every start that there was to make, newest first.">
      <QueryView query={query} what="the history of the drill">
        {(runs) => (
          <DataTable
            label="History"
            columns={columnsFor(vaultName)}
            rows={runs}
            rowKey={(run) => run.name}
            rowText={(run) => run.properties.dueAt}
            empty={<p className="text-muted">It has not run yet. Run it now, or wait for its next start.</p>}
          />
        )}
      </QueryView>
    </Card>
  );
}

function columnsFor(vaultName: string): readonly TableColumn<DrillRunResource>[] {
  return [
    {
      key: "due",
      header: "Due",
      cell: ({ properties }) => <ExactTime at={properties.dueAt} />,
      sortValue: ({ properties }) => properties.dueAt,
    },
    {
      key: "state",
      header: "Result",
      cell: ({ properties }) => (
        <StatusBadge tone={runStatus(properties).tone}>{runStatus(properties).text}</StatusBadge>
      ),
    },
    {
      key: "by",
      header: "Started by",
      hideBelow: "md",
      cell: ({ properties }) => startedBy[properties.startedBy],
    },
    {
      key: "took",
      header: "Took",
      hideBelow: "md",
      align: "end",
      cell: ({ properties: { startedAt, endedAt } }) =>
        startedAt === null || endedAt === null
          ? "–"
          : formatDuration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000),
    },
    {
      key: "why",
      header: "Why",
      hideBelow: "lg",
      cell: ({ properties }) => properties.waitsFor ?? properties.reason?.message ?? "",
    },
    {
      key: "jobs",
      header: "Jobs",
      cell: ({ properties: { job, testJob, cleanupJob } }) => (
        <span className="inline-flex flex-wrap gap-x-3">
          {job === null ? "–" : <TextLink href={pages.job(vaultName, job)}>Drill</TextLink>}
          {testJob === null ? null : <TextLink href={pages.job(vaultName, testJob)}>Test</TextLink>}
          {cleanupJob === null ? null : <TextLink href={pages.job(vaultName, cleanupJob)}>Cleanup</TextLink>}
        </span>
      ),
    },
  ];
}
