"use client";
import { useRouter } from "next/navigation";
import { Suspense } from "react";
import { ApplicationCheckCard } from "@/components/features/evidence/application-check-card";
import { ConsolePair } from "@/components/features/consoles/console-pair";
import { BothRunningPanel } from "@/components/features/failover/both-running-panel";
import { EvidencePanel } from "@/components/features/failover/evidence-panel";
import { FailoverCommands } from "@/components/features/failover/failover-commands";
import { ConsistencyGroupCard } from "@/components/features/protected-items/consistency-group-card";
import { FindProtectedItem } from "@/components/features/protected-items/find-protected-item";
import { ItemSummary } from "@/components/features/protected-items/item-summary";
import { RecoveryPointsCard } from "@/components/features/protected-items/recovery-points-card";
import { ReplicationHistoryCard } from "@/components/features/protected-items/replication-history-card";
import { ResynchronizationCard } from "@/components/features/protected-items/resynchronization-card";
import { TargetSettingsCard } from "@/components/features/protected-items/target-settings-card";
import { LastCheckCard } from "@/components/features/verification/last-check-card";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { SubHeader } from "@/components/shell/sub-header";
import { useRouteName } from "@/components/shell/use-route-name";
import { pages } from "@/lib/client/paths";

export default function ProtectedItemPage() {
  const vaultName = useRouteName("vault");
  const itemName = useRouteName("item");
  const router = useRouter();
  const list = pages.vaultTab(vaultName, "protected-items");
  return (
    <PageBody>
      <Suspense>
        <FindProtectedItem vaultName={vaultName} itemName={itemName}>
          {(item) => (
            <>
              <PageTitle>{item.properties.friendlyName}</PageTitle>
              <SubHeader title={item.properties.friendlyName} back={{ href: list, label: "Protected Items" }} />
              <ItemSummary vaultName={vaultName} item={item} />
              <BothRunningPanel vaultName={vaultName} item={item} />
              <ConsolePair vaultName={vaultName} item={item} />
              <EvidencePanel vaultName={vaultName} item={item} />
              <ReplicationHistoryCard vaultName={vaultName} item={item} />
              <RecoveryPointsCard vaultName={vaultName} item={item} />
              <ConsistencyGroupCard vaultName={vaultName} item={item} />
              <ResynchronizationCard vaultName={vaultName} item={item} />
              <LastCheckCard vaultName={vaultName} item={item} />
              <TargetSettingsCard item={item} />
              <ApplicationCheckCard vaultName={vaultName} item={item} />
              <FailoverCommands item={item} vaultName={vaultName} onDisabled={() => router.push(list)} />
            </>
          )}
        </FindProtectedItem>
      </Suspense>
    </PageBody>
  );
}
