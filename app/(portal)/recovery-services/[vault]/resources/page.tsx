"use client";
import { NetworkList } from "@/components/features/resources/network-list";
import { StorageAccountList } from "@/components/features/resources/storage-account-list";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function ResourcesPage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <PageTitle>{`${vaultName}: Resources`}</PageTitle>
      <NetworkList />
      <StorageAccountList />
    </PageBody>
  );
}
