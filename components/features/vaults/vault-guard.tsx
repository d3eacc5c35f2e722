"use client";
import { useQuery } from "@tanstack/react-query";
import { ShieldQuestion } from "lucide-react";
import type { ReactNode } from "react";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { ArmError } from "@/lib/client/arm-error";
import { pages } from "@/lib/client/paths";
import { vaultQuery } from "@/lib/client/queries/vaults";

/** Shows a vault's page, unless there is no such vault: then it says so instead of a page full of errors. */
export function VaultGuard({ vaultName, children }: { readonly vaultName: string; readonly children: ReactNode }) {
  const vault = useQuery(vaultQuery(vaultName));
  const isMissing = vault.error instanceof ArmError && vault.error.status === 404;
  if (!isMissing) return <>{children}</>;
  return (
    <PageBody>
      <PageTitle>No such vault</PageTitle>
      <EmptyState
        icon={<ShieldQuestion />}
        title={`There is no vault named ${vaultName}`}
        actions={<LinkButton href={pages.vaults()}>Show all vaults</LinkButton>}
      >
        It was deleted, or the address is misspelt.
      </EmptyState>
    </PageBody>
  );
}
