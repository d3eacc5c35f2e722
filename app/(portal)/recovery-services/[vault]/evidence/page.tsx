"use client";
import { ReportKeyCard } from "@/components/features/evidence/report-key-card";
import { RunsTable } from "@/components/features/evidence/runs-table";
import { TargetsCard } from "@/components/features/evidence/targets-card";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function EvidencePage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <PageTitle>{`${vaultName}: Evidence`}</PageTitle>
      <RunsTable vaultName={vaultName} />
      <TargetsCard vaultName={vaultName} />
      <ReportKeyCard vaultName={vaultName} />
    </PageBody>
  );
}
