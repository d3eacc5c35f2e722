"use client";
import { DrillsTab } from "@/components/features/drills/drills-tab";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function DrillsPage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <PageTitle>{`${vaultName}: Drills`}</PageTitle>
      <DrillsTab vaultName={vaultName} />
    </PageBody>
  );
}
