"use client";
import { DrillByName } from "@/components/features/drills/drill-by-name";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function DrillPage() {
  const vaultName = useRouteName("vault");
  const drillName = useRouteName("drill");
  return (
    <PageBody>
      <PageTitle>{`Drill ${drillName}`}</PageTitle>
      <DrillByName vaultName={vaultName} name={drillName} />
    </PageBody>
  );
}
