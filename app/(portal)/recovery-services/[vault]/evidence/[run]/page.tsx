"use client";
import { runTitle } from "@/components/features/evidence/labels";
import { ReportCommands } from "@/components/features/evidence/report-commands";
import { RunByName } from "@/components/features/evidence/run-by-name";
import { RunDetail } from "@/components/features/evidence/run-detail";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { SubHeader } from "@/components/shell/sub-header";
import { useRouteName } from "@/components/shell/use-route-name";
import { pages } from "@/lib/client/paths";

export default function RunEvidencePage() {
  const vaultName = useRouteName("vault");
  return (
    <PageBody>
      <RunByName vaultName={vaultName} runName={useRouteName("run")}>
        {(run) => (
          <>
            <PageTitle>{runTitle(run.properties)}</PageTitle>
            <SubHeader
              title={runTitle(run.properties)}
              back={{ href: pages.vaultTab(vaultName, "evidence"), label: "Evidence" }}
            />
            <ReportCommands vaultName={vaultName} runName={run.name} />
            <RunDetail run={run} vaultName={vaultName} />
          </>
        )}
      </RunByName>
    </PageBody>
  );
}
