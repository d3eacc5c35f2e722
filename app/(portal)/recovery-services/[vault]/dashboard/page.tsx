"use client";
import { ConsolePane } from "@/components/features/consoles/console-pane";
import { Dashboard } from "@/components/features/dashboard/dashboard";
import { BothRunningAlerts } from "@/components/features/failover/both-running-alerts";
import { VaultKeysCard } from "@/components/features/keys/vault-keys-card";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function DashboardPage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <PageTitle>{`${vaultName}: Dashboard`}</PageTitle>
      <BothRunningAlerts
        vaultName={vaultName}
        renderConsole={(machineId, title) => <ConsolePane key={machineId} machineId={machineId} title={title} />}
      />
      <Dashboard vaultName={vaultName} />
      <VaultKeysCard vaultName={vaultName} />
    </PageBody>
  );
}
