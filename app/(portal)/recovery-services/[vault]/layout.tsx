"use client";
import type { ReactNode } from "react";
import { VaultGuard } from "@/components/features/vaults/vault-guard";
import { VaultHeader } from "@/components/features/vaults/vault-header";
import { useRouteName } from "@/components/shell/use-route-name";

export default function VaultLayout({ children }: { readonly children: ReactNode }) {
  const vaultName = useRouteName("vault");
  return (
    <>
      <VaultHeader vaultName={vaultName} />
      <VaultGuard vaultName={vaultName}>{children}</VaultGuard>
    </>
  );
}
