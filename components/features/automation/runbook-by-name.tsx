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
import { runbookQuery } from "@/lib/client/queries/automation";
import type { RunbookTexts } from "./runbook-texts";

/** The runbook that the address names, or what to do when there is none. */
export function RunbookByName(props: {
  readonly account: string;
  readonly runbook: string;
  readonly children: (texts: RunbookTexts) => ReactNode;
}) {
  const query = useQuery(runbookQuery(props.account, props.runbook));
  if (query.error instanceof ArmError && query.error.status === 404 && query.data === undefined)
    return (
      <>
        <PageTitle>No such runbook</PageTitle>
        <EmptyState
          icon={<FileQuestion />}
          title={`There is no such runbook in ${props.account}`}
          actions={<LinkButton href={pages.automationTab(props.account, "runbooks")}>Show all runbooks</LinkButton>}
        >
          The address is misspelt, or the runbook {props.runbook} was deleted.
        </EmptyState>
      </>
    );
  return (
    <QueryView query={query} what="the runbook">
      {props.children}
    </QueryView>
  );
}
