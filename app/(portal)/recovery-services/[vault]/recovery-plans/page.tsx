"use client";
import { PlansTab } from "@/components/features/recovery-plans/plans-tab";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function RecoveryPlansPage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <PageTitle>{`Recovery plans of ${vaultName}`}</PageTitle>
      <PlansTab vaultName={vaultName} />
    </PageBody>
  );
}
