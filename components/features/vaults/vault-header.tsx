"use client";
import { useQuery } from "@tanstack/react-query";
import { CloudLightning } from "lucide-react";
import { usePathname } from "next/navigation";
import { PageHeader } from "@/components/shell/page-header";
import { TabLinks } from "@/components/ui/tab-links";
import { pages, vaultTabs, type VaultTab } from "@/lib/client/paths";
import { vaultQuery } from "@/lib/client/queries/vaults";
import { VaultState } from "./vault-state";

const labels: Record<VaultTab, string> = {
  "quick-start": "Quick Start",
  dashboard: "Dashboard",
  "protected-items": "Protected Items",
  "recovery-plans": "Recovery Plans",
  drills: "Drills",
  readiness: "Readiness",
  resources: "Resources",
  servers: "Servers",
  verification: "Verification",
  evidence: "Evidence",
  jobs: "Jobs",
};

/** The vault's name, state and tabs; the cloud leads back to Quick Start at any time. */
export function VaultHeader({ vaultName }: { readonly vaultName: string }) {
  const pathname = usePathname();
  const vault = useQuery(vaultQuery(vaultName));
  return (
    <PageHeader
      title={vault.data?.name ?? vaultName}
      back={{ href: pages.vaults(), label: "Recovery Services" }}
      badges={vault.data ? <VaultState state={vault.data.properties.provisioningState} /> : null}
    >
      <TabLinks
        label="Vault"
        tabs={vaultTabs.map((tab) => {
          const href = pages.vaultTab(vaultName, tab);
          return {
            href,
            label: labels[tab],
            isCurrent: pathname === href || pathname.startsWith(`${href}/`),
            ...(tab === "quick-start" ? { icon: <CloudLightning />, iconOnly: true } : {}),
          };
        })}
      />
    </PageHeader>
  );
}
