"use client";
import { HypervisorCard } from "@/components/features/hypervisors/hypervisor-card";
import { VirtualMachineList } from "@/components/features/region/virtual-machine-list";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { PageTitle } from "@/components/shell/page-title";
import { SimulatedBadge } from "@/components/ui/simulated-badge";

export default function VirtualMachinesPage() {
  return (
    <>
      <PageTitle>Virtual machines</PageTitle>
      <PageHeader
        title="Virtual machines"
        subtitle="Replicas that run in Azure after a test failover or a failover."
        badges={
          <SimulatedBadge what="The Azure region is simulated: its machines run on this computer, from replicated disks." />
        }
      />
      <PageBody>
        <VirtualMachineList />
        <HypervisorCard host="region" />
      </PageBody>
    </>
  );
}
