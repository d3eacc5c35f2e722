"use client";
import { TargetsCard } from "@/components/features/evidence/targets-card";
import { PlanRun } from "@/components/features/jobs/plan-run";
import { PlanByName } from "@/components/features/recovery-plans/plan-by-name";
import { planJobId, planStatus } from "@/components/features/recovery-plans/plan-status";
import { PlanWorkspace } from "@/components/features/recovery-plans/plan-workspace";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { SubHeader } from "@/components/shell/sub-header";
import { useRouteName } from "@/components/shell/use-route-name";
import { StatusBadge } from "@/components/ui/status-badge";
import { pages } from "@/lib/client/paths";

export default function RecoveryPlanPage() {
  const vaultName = useRouteName("vault");
  const planName = useRouteName("plan");
  return (
    <PageBody>
      <PlanByName vaultName={vaultName} planName={planName}>
        {(plan) => (
          <>
            <PageTitle>{plan.properties.friendlyName}</PageTitle>
            <SubHeader
              title={plan.properties.friendlyName}
              back={{ href: pages.vaultTab(vaultName, "recovery-plans"), label: "Recovery Plans" }}
              badges={<StatusBadge tone={planStatus(plan).tone}>{planStatus(plan).text}</StatusBadge>}
            />
            <PlanWorkspace
              vaultName={vaultName}
              plan={plan}
              run={<PlanRun vaultName={vaultName} planName={plan.name} jobName={planJobId(plan)} />}
            />
            <TargetsCard vaultName={vaultName} planName={plan.name} />
          </>
        )}
      </PlanByName>
    </PageBody>
  );
}
