"use client";
import { RunbookList } from "@/components/features/automation/runbook-list";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function RunbooksPage() {
  return (
    <PageBody>
      <PageTitle>Runbooks</PageTitle>
      <RunbookList account={useRouteName("account")} />
    </PageBody>
  );
}
