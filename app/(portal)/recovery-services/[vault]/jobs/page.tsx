"use client";
import { JobsTable } from "@/components/features/jobs/jobs-table";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function JobsPage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <PageTitle>{`Jobs of ${vaultName}`}</PageTitle>
      <JobsTable vaultName={vaultName} />
    </PageBody>
  );
}
