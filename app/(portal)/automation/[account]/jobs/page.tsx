"use client";
import { AutomationJobList } from "@/components/features/automation/job-list";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function AutomationJobsPage() {
  return (
    <PageBody>
      <PageTitle>Jobs</PageTitle>
      <AutomationJobList account={useRouteName("account")} />
    </PageBody>
  );
}
