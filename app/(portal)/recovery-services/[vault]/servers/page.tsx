"use client";
import { ServerList } from "@/components/features/servers/server-list";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function ServersPage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <PageTitle>{`${vaultName}: Servers`}</PageTitle>
      <ServerList vaultName={vaultName} />
    </PageBody>
  );
}
