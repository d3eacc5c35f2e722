"use client";
import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { ExactTime } from "@/components/ui/relative-time";
import { pages } from "@/lib/client/paths";
import { automationJobsQuery } from "@/lib/client/queries/automation";
import type { AutomationJobResource } from "@/lib/contract/automation";
import { AutomationJobStatus } from "./job-status";

/** What was run in an account, by people and by recovery plans, newest first. */
export function AutomationJobList({ account }: { readonly account: string }) {
  const jobs = useQuery(automationJobsQuery(account));
  return (
    <Card title="Jobs" description="The newest 200 runs of this account's runbooks, with what they printed.">
      <QueryView query={jobs} what="the jobs">
        {(rows) => (
          <DataTable
            label="Jobs"
            rows={rows}
            rowKey={(job) => job.id}
            rowText={(job) => job.properties.runbook.name}
            columns={columns}
            href={(job) => pages.automationJob(account, job.name)}
            empty={
              <EmptyState icon={<History />} title="Nothing was run yet">
                Test a runbook, or run a recovery plan that has one.
              </EmptyState>
            }
          />
        )}
      </QueryView>
    </Card>
  );
}

const columns: readonly TableColumn<AutomationJobResource>[] = [
  { key: "runbook", header: "Runbook", cell: (job) => job.properties.runbook.name },
  { key: "status", header: "Status", cell: (job) => <AutomationJobStatus job={job} /> },
  {
    key: "version",
    header: "What ran",
    cell: ({ properties }) => (properties.version === null ? "Draft" : `Version ${properties.version}`),
    hideBelow: "md",
  },
  { key: "by", header: "Started by", cell: (job) => job.properties.startedBy, hideBelow: "lg" },
  {
    key: "at",
    header: "Started",
    cell: (job) => <ExactTime at={job.properties.startTime} fallback="not yet" />,
    sortValue: (job) => job.properties.creationTime,
    hideBelow: "sm",
  },
];
