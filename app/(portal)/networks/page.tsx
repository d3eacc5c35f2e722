"use client";
import { NetworkList } from "@/components/features/resources/network-list";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { PageTitle } from "@/components/shell/page-title";
import { SimulatedBadge } from "@/components/ui/simulated-badge";

export default function NetworksPage() {
  return (
    <>
      <PageTitle>Virtual networks</PageTitle>
      <PageHeader
        title="Virtual networks"
        subtitle="Where replicas are connected."
        badges={
          <SimulatedBadge what="Networks of the simulated region: they keep replicas apart, no packets leave this computer." />
        }
      />
      <PageBody>
        <NetworkList />
      </PageBody>
    </>
  );
}
