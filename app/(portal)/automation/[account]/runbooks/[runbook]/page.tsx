"use client";
import { RunbookByName } from "@/components/features/automation/runbook-by-name";
import { RunbookState } from "@/components/features/automation/runbook-state";
import { RunbookWorkspace } from "@/components/features/automation/runbook-workspace";
import { PageBody } from "@/components/shell/page-body";
import { PageTitle } from "@/components/shell/page-title";
import { SubHeader } from "@/components/shell/sub-header";
import { useRouteName } from "@/components/shell/use-route-name";
import { pages } from "@/lib/client/paths";

export default function RunbookPage() {
  const account = useRouteName("account");
  const name = useRouteName("runbook");
  return (
    <PageBody>
      <RunbookByName account={account} runbook={name}>
        {(texts) => (
          <>
            <PageTitle>{texts.resource.name}</PageTitle>
            <SubHeader
              title={texts.resource.name}
              back={{ href: pages.automationTab(account, "runbooks"), label: "Runbooks" }}
              badges={<RunbookState runbook={texts.resource} />}
            />
            <RunbookWorkspace account={account} texts={texts} />
          </>
        )}
      </RunbookByName>
    </PageBody>
  );
}
