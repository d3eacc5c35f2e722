"use client";
import { useQuery } from "@tanstack/react-query";
import { FileQuestion } from "lucide-react";
import { PageTitle } from "@/components/shell/page-title";
import { SubHeader } from "@/components/shell/sub-header";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { ArmError } from "@/lib/client/arm-error";
import { pages } from "@/lib/client/paths";
import { automationJobQuery } from "@/lib/client/queries/automation";
import { RunOutput } from "./run-output";

/** One run of a runbook by its name in the address. */
export function AutomationJobDetails({ account, job }: { readonly account: string; readonly job: string }) {
  const query = useQuery(automationJobQuery(account, job));
  const back = { href: pages.automationTab(account, "jobs"), label: "Jobs" };
  if (query.error instanceof ArmError && query.error.status === 404 && query.data === undefined)
    return (
      <>
        <PageTitle>No such job</PageTitle>
        <EmptyState
          icon={<FileQuestion />}
          title="There is no such job in this account"
          actions={<LinkButton href={back.href}>Show all jobs</LinkButton>}
        >
          The address is misspelt, or the job is older than what is remembered.
        </EmptyState>
      </>
    );
  const runbook = query.data?.resource.properties.runbook.name ?? "Run of a runbook";
  return (
    <>
      <PageTitle>{runbook}</PageTitle>
      <SubHeader title={runbook} back={back} />
      <RunOutput account={account} job={job} title="Run" />
    </>
  );
}
