"use client";
import { AccountList } from "@/components/features/automation/account-list";
import { LanguagesCard } from "@/components/features/automation/languages-card";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { PageTitle } from "@/components/shell/page-title";

export default function AutomationPage() {
  return (
    <>
      <PageTitle>Automation</PageTitle>
      <PageHeader title="Automation" subtitle="Runbooks that recovery plans run." />
      <PageBody>
        <AccountList />
        <LanguagesCard />
      </PageBody>
    </>
  );
}
