"use client";
import { ConsolePane } from "@/components/features/consoles/console-pane";
import { SiteDetails } from "@/components/features/estate/site-details";
import { HypervisorCard } from "@/components/features/hypervisors/hypervisor-card";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function SitePage() {
  const name = useRouteName("site");
  return (
    <>
      <PageTitle>{name}</PageTitle>
      <SiteDetails
        name={name}
        hypervisor={<HypervisorCard host={name} />}
        renderConsole={(machineId, title) => <ConsolePane key={machineId} machineId={machineId} title={title} />}
      />
    </>
  );
}
