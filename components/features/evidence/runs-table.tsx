"use client";
import { useQuery } from "@tanstack/react-query";
import { FileCheck2 } from "lucide-react";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { formatDuration } from "@/components/ui/format";
import { LinkButton } from "@/components/ui/link-button";
import { ExactTime } from "@/components/ui/relative-time";
import { Select } from "@/components/ui/select";
import { StatusBadge } from "@/components/ui/status-badge";
import { pages } from "@/lib/client/paths";
import { failoverRecordsQuery } from "@/lib/client/queries/evidence";
import type { FailoverRecordSummary } from "@/lib/contract/evidence";
import { kinds, outcomes, runTitle, verdicts } from "./labels";

const ALL = "all";
const filters = [
  { value: ALL, label: "All runs" },
  ...Object.entries(kinds).map(([value, label]) => ({ value, label })),
];

const columns: readonly TableColumn<FailoverRecordSummary>[] = [
  {
    key: "run",
    header: "Run",
    cell: ({ properties }) => runTitle(properties),
    sortValue: ({ properties }) => runTitle(properties),
  },
  {
    key: "outcome",
    header: "Outcome",
    cell: ({ properties: { outcome } }) => (
      <StatusBadge tone={outcomes[outcome].tone}>{outcomes[outcome].text}</StatusBadge>
    ),
    sortValue: ({ properties }) => properties.outcome,
  },
  {
    key: "declared",
    header: "Declared",
    hideBelow: "md",
    cell: ({ properties }) => <ExactTime at={properties.declaredAt} />,
    sortValue: ({ properties }) => properties.declaredAt,
  },
  {
    key: "rpo",
    header: "RPO",
    hideBelow: "sm",
    cell: ({ properties }) => <Measured seconds={properties.measured.rpoSeconds} verdict={properties.verdicts.rpo} />,
    sortValue: ({ properties }) => properties.measured.rpoSeconds ?? -1,
  },
  {
    key: "rto",
    header: "RTO",
    hideBelow: "sm",
    cell: ({ properties }) => <Measured seconds={properties.measured.rtoSeconds} verdict={properties.verdicts.rto} />,
    sortValue: ({ properties }) => properties.measured.rtoSeconds ?? -1,
  },
  {
    key: "machines",
    header: "Machines up",
    align: "end",
    hideBelow: "lg",
    cell: ({ properties }) => `${properties.machinesSucceeded} of ${properties.machines}`,
    sortValue: ({ properties }) => properties.machinesSucceeded,
  },
  {
    key: "deviations",
    header: "Deviations",
    align: "end",
    hideBelow: "lg",
    cell: ({ properties }) => properties.deviations,
    sortValue: ({ properties }) => properties.deviations,
  },
];

function Measured(props: {
  readonly seconds: number | null;
  readonly verdict: FailoverRecordSummary["properties"]["verdicts"]["rpo"];
}) {
  const { seconds, verdict } = props;
  if (seconds === null) return <span className="text-muted">Not measured</span>;
  if (verdict === "NoTarget") return <>{formatDuration(seconds)}</>;
  return (
    <StatusBadge tone={verdicts[verdict].tone}>{`${formatDuration(seconds)}, ${verdict.toLowerCase()}`}</StatusBadge>
  );
}

/** Every failover, test and failback of the vault, newest first. */
export function RunsTable({ vaultName }: { readonly vaultName: string }) {
  const [filter, setFilter] = useState(ALL);
  const query = useQuery(failoverRecordsQuery(vaultName));
  return (
    <QueryView query={query} what="the runs">
      {(runs) => {
        const rows = filter === ALL ? runs : runs.filter((run) => run.properties.kind === filter);
        return (
          <div className="flex flex-col gap-4">
            <div className="flex flex-wrap items-end justify-between gap-3">
              <Select label="Kind of run" options={filters} value={filter} onChange={setFilter} className="w-56" />
              <p className="text-muted" role="status">
                {rows.length === runs.length ? `${runs.length} runs` : `${rows.length} of ${runs.length} runs`}
              </p>
            </div>
            <DataTable
              label="Runs"
              columns={columns}
              rows={rows}
              rowKey={(run) => run.name}
              rowText={(run) => runTitle(run.properties)}
              href={(run) => pages.evidence(vaultName, run.name)}
              empty={<NoRuns isFiltered={runs.length > 0} vaultName={vaultName} />}
            />
          </div>
        );
      }}
    </QueryView>
  );
}

function NoRuns({ isFiltered, vaultName }: { readonly isFiltered: boolean; readonly vaultName: string }) {
  return (
    <EmptyState
      icon={<FileCheck2 />}
      title={isFiltered ? "No run of this kind" : "Nothing was failed over yet"}
      actions={
        isFiltered ? null : (
          <LinkButton href={pages.vaultTab(vaultName, "protected-items")}>Show protected items</LinkButton>
        )
      }
    >
      {isFiltered
        ? "Choose another kind to see the other runs."
        : "Every test, failover and failback is written down here, with a report to hand over. Run a test failover: it changes nothing at the source."}
    </EmptyState>
  );
}
