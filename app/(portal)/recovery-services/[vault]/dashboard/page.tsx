"use client";
import { Dashboard } from "@/components/features/dashboard/dashboard";
import { VaultKeysCard } from "@/components/features/keys/vault-keys-card";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function DashboardPage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <PageTitle>{`${vaultName}: Dashboard`}</PageTitle>
      <Dashboard vaultName={vaultName} />
      <VaultKeysCard vaultName={vaultName} />
    </PageBody>
  );
}
