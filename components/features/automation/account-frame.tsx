"use client";
import { useQuery } from "@tanstack/react-query";
import { FileQuestion } from "lucide-react";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { PageTitle } from "@/components/shell/page-title";
import { QueryView } from "@/components/shell/query-view";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { TabLinks } from "@/components/ui/tab-links";
import { ArmError } from "@/lib/client/arm-error";
import { automationTabs, pages, type AutomationTab } from "@/lib/client/paths";
import { automationAccountQuery } from "@/lib/client/queries/automation";

const labels: Record<AutomationTab, string> = { runbooks: "Runbooks", variables: "Variables", jobs: "Jobs" };

/** The account's name and tabs over what its tab shows, or that there is no such account. */
export function AccountFrame({ account, children }: { readonly account: string; readonly children: ReactNode }) {
  const pathname = usePathname();
  const query = useQuery(automationAccountQuery(account));
  const isMissing = query.error instanceof ArmError && query.error.status === 404 && query.data === undefined;
  return (
    <>
      <PageHeader
        title={query.data?.name ?? account}
        back={{ href: pages.automation(), label: "Automation" }}
        subtitle={query.data?.properties.description}
      >
        <TabLinks
          label="Automation account"
          tabs={automationTabs.map((tab) => {
            const href = pages.automationTab(account, tab);
            return { href, label: labels[tab], isCurrent: pathname === href || pathname.startsWith(`${href}/`) };
          })}
        />
      </PageHeader>
      {isMissing ? (
        <PageBody>
          <PageTitle>No such automation account</PageTitle>
          <EmptyState
            icon={<FileQuestion />}
            title={`There is no automation account named ${account}`}
            actions={<LinkButton href={pages.automation()}>Show all automation accounts</LinkButton>}
          >
            It was deleted, or the address is misspelt.
          </EmptyState>
        </PageBody>
      ) : (
        <QueryView query={query} what="the automation account">
          {() => children}
        </QueryView>
      )}
    </>
  );
}
