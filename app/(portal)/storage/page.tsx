"use client";
import { StorageAccountList } from "@/components/features/resources/storage-account-list";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { PageTitle } from "@/components/shell/page-title";
import { SimulatedBadge } from "@/components/ui/simulated-badge";

export default function StoragePage() {
  return (
    <>
      <PageTitle>Storage accounts</PageTitle>
      <PageHeader
        title="Storage accounts"
        subtitle="Where vaults keep their encrypted data."
        badges={<SimulatedBadge what="An account of the simulated region is a folder on this computer." />}
      />
      <PageBody>
        <StorageAccountList />
      </PageBody>
    </>
  );
}
