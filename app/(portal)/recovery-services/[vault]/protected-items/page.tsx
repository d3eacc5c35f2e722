"use client";
import { ProtectedItemsTab } from "@/components/features/protected-items/protected-items-tab";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function ProtectedItemsPage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <PageTitle>{`Protected items of ${vaultName}`}</PageTitle>
      <ProtectedItemsTab vaultName={vaultName} />
    </PageBody>
  );
}
