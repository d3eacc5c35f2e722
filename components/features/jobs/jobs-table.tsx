"use client";
import { useQuery } from "@tanstack/react-query";
import { ListChecks } from "lucide-react";
import { useState } from "react";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { Loading } from "@/components/ui/loading";
import { ErrorBar } from "@/components/ui/message-bar";
import { ExactTime } from "@/components/ui/relative-time";
import { Select } from "@/components/ui/select";
import { toArmError } from "@/lib/client/arm-error";
import { pages } from "@/lib/client/paths";
import { jobsQuery } from "@/lib/client/queries/jobs";
import type { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { JobDuration } from "./job-duration";
import { realTime } from "./job-model";
import { JobStatus } from "./job-status";

const ALL = "all";
const filters = [
  { value: ALL, label: "All jobs" },
  { value: "InProgress", label: "In progress" },
  { value: "Suspended", label: "Waiting for somebody" },
  { value: "Failed", label: "Failed" },
  { value: "Succeeded", label: "Succeeded" },
  { value: "Cancelled", label: "Cancelled" },
];

const columns: readonly TableColumn<ReplicationJobResource>[] = [
  {
    key: "name",
    header: "Job",
    cell: ({ properties }) => properties.friendlyName,
    sortValue: ({ properties }) => properties.friendlyName,
  },
  {
    key: "target",
    header: "For",
    cell: ({ properties }) => properties.targetObjectName,
    sortValue: ({ properties }) => properties.targetObjectName,
  },
  {
    key: "state",
    header: "Status",
    cell: ({ properties }) => <JobStatus state={properties.state} description={properties.stateDescription} />,
    sortValue: ({ properties }) => properties.state,
  },
  {
    key: "started",
    header: "Started",
    hideBelow: "md",
    cell: ({ properties }) => <ExactTime at={realTime(properties.startTime)} fallback="not yet" />,
    sortValue: ({ properties }) => properties.startTime,
  },
  {
    key: "duration",
    header: "Duration",
    align: "end",
    hideBelow: "sm",
    cell: ({ properties }) => <JobDuration start={properties.startTime} end={properties.endTime} />,
  },
];

/** All jobs of a vault, newest first. */
export function JobsTable({ vaultName }: { readonly vaultName: string }) {
  const [filter, setFilter] = useState(ALL);
  const { data, error } = useQuery(jobsQuery(vaultName));
  if (error && data === undefined) return <ErrorBar error={toArmError(error)} />;
  if (data === undefined) return <Loading what="jobs" />;
  const rows = filter === ALL ? data : data.filter((job) => job.properties.state === filter);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Select label="Status" options={filters} value={filter} onChange={setFilter} className="w-56" />
        <p className="text-muted" role="status">
          {rows.length === data.length ? `${data.length} jobs` : `${rows.length} of ${data.length} jobs`}
        </p>
      </div>
      <DataTable
        label="Jobs"
        columns={columns}
        rows={rows}
        rowKey={(job) => job.name}
        rowText={(job) => `${job.properties.friendlyName} ${job.properties.targetObjectName}`}
        href={(job) => pages.job(vaultName, job.name)}
        empty={<NoJobs isFiltered={data.length > 0} />}
      />
    </div>
  );
}

function NoJobs({ isFiltered }: { readonly isFiltered: boolean }) {
  return (
    <EmptyState icon={<ListChecks />} title={isFiltered ? "No job is in this state" : "No jobs yet"}>
      {isFiltered
        ? "Choose another status to see the other jobs."
        : "Everything that takes time runs as a job and is listed here, with its steps. Start with Quick Start."}
    </EmptyState>
  );
}
