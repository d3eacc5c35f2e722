"use client";
import { useQuery } from "@tanstack/react-query";
import { FileQuestion } from "lucide-react";
import type { ReactNode } from "react";
import { PageTitle } from "@/components/shell/page-title";
import { QueryView } from "@/components/shell/query-view";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { ArmError } from "@/lib/client/arm-error";
import { pages } from "@/lib/client/paths";
import { jobQuery } from "@/lib/client/queries/jobs";
import type { ReplicationJobResource } from "@/lib/contract/replication-jobs";

/** The job that the address names, read every second while it runs. */
export function JobByName(props: {
  readonly vaultName: string;
  readonly jobName: string;
  readonly children: (job: ReplicationJobResource) => ReactNode;
}) {
  const query = useQuery(jobQuery(props.vaultName, props.jobName));
  if (query.error instanceof ArmError && query.error.status === 404 && query.data === undefined)
    return (
      <>
        <PageTitle>No such job</PageTitle>
        <EmptyState
          icon={<FileQuestion />}
          title="There is no such job in this vault"
          actions={<LinkButton href={pages.vaultTab(props.vaultName, "jobs")}>Show all jobs</LinkButton>}
        >
          The address is misspelt, or the job belongs to another vault.
        </EmptyState>
      </>
    );
  return (
    <QueryView query={query} what="the job">
      {props.children}
    </QueryView>
  );
}
