"use client";
import { EstateList } from "@/components/features/estate/estate-list";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { PageTitle } from "@/components/shell/page-title";

export default function SitesPage() {
  return (
    <>
      <PageTitle>On-premises sites</PageTitle>
      <PageHeader
        title="On-premises sites"
        subtitle="Sites that live on this computer: real processes serving real disk images."
      />
      <PageBody>
        <EstateList />
      </PageBody>
    </>
  );
}
