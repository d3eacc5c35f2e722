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
import { failoverRecordQuery } from "@/lib/client/queries/evidence";
import type { FailoverRecordView } from "@/lib/contract/evidence";

/** The run that the address names, or what to do when there is none. */
export function RunByName(props: {
  readonly vaultName: string;
  readonly runName: string;
  readonly children: (run: FailoverRecordView) => ReactNode;
}) {
  const query = useQuery(failoverRecordQuery(props.vaultName, props.runName));
  if (query.error instanceof ArmError && query.error.status === 404 && query.data === undefined)
    return (
      <>
        <PageTitle>No such run</PageTitle>
        <EmptyState
          icon={<FileQuestion />}
          title="There is no such run in this vault"
          actions={<LinkButton href={pages.vaultTab(props.vaultName, "evidence")}>Show all runs</LinkButton>}
        >
          The address is misspelt, or the run belongs to another vault.
        </EmptyState>
      </>
    );
  return (
    <QueryView query={query} what="the run">
      {props.children}
    </QueryView>
  );
}
