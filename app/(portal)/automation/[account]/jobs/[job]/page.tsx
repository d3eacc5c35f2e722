"use client";
import { AutomationJobDetails } from "@/components/features/automation/job-details";
import { PageBody } from "@/components/shell/page-body";
import { useRouteName } from "@/components/shell/use-route-name";

export default function AutomationJobPage() {
  return (
    <PageBody>
      <AutomationJobDetails account={useRouteName("account")} job={useRouteName("job")} />
    </PageBody>
  );
}
