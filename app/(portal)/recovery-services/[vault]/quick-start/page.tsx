"use client";
import { useState } from "react";
import { EnableProtectionPanel } from "@/components/features/protected-items/enable-protection-panel";
import { QuickStart } from "@/components/features/quick-start/quick-start";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";
import type { FabricKind } from "@/lib/domain/replication-provider";

export default function QuickStartPage() {
  const vaultName = useRouteName("vault");
  const [adding, setAdding] = useState<FabricKind | null>(null);
  return (
    <PageBody>
      <PageTitle>{`${vaultName}: Quick Start`}</PageTitle>
      <QuickStart vaultName={vaultName} onAddMachines={setAdding} />
      <EnableProtectionPanel
        vaultName={vaultName}
        isOpen={adding !== null}
        kind={adding ?? undefined}
        onClose={() => setAdding(null)}
      />
    </PageBody>
  );
}
