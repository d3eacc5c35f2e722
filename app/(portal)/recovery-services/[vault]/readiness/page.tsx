"use client";
import { CoverageCard } from "@/components/features/readiness/coverage-card";
import { ReadinessCard } from "@/components/features/readiness/readiness-card";
import { TrendsCard } from "@/components/features/readiness/trends-card";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function ReadinessPage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <PageTitle>{`${vaultName}: Readiness`}</PageTitle>
      <ReadinessCard vaultName={vaultName} />
      <CoverageCard vaultName={vaultName} />
      <TrendsCard vaultName={vaultName} />
    </PageBody>
  );
}
