"use client";
import { useState } from "react";
import { EnableProtectionPanel } from "@/components/features/protected-items/enable-protection-panel";
import { QuickStart } from "@/components/features/quick-start/quick-start";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function QuickStartPage() {
  const vaultName = useRouteName("vault");
  const [isAdding, setAdding] = useState(false);
  return (
    <PageBody>
      <PageTitle>{`${vaultName}: Quick Start`}</PageTitle>
      <QuickStart vaultName={vaultName} onAddMachines={() => setAdding(true)} />
      <EnableProtectionPanel vaultName={vaultName} isOpen={isAdding} onClose={() => setAdding(false)} />
    </PageBody>
  );
}
