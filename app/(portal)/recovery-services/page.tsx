"use client";
import { VaultList } from "@/components/features/vaults/vault-list";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { PageTitle } from "@/components/shell/page-title";

export default function RecoveryServicesPage() {
  return (
    <>
      <PageTitle>Recovery Services</PageTitle>
      <PageHeader title="Recovery Services" subtitle="Vaults that hold the protected copies of your machines." />
      <PageBody>
        <VaultList />
      </PageBody>
    </>
  );
}
