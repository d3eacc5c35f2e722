"use client";
import { ConsolePane } from "@/components/features/consoles/console-pane";
import { VirtualMachineDetails } from "@/components/features/region/virtual-machine-details";
import { PageTitle } from "@/components/shell/page-title";
import { useRouteName } from "@/components/shell/use-route-name";

export default function VirtualMachinePage() {
  const name = useRouteName("machine");
  return (
    <>
      <PageTitle>{name}</PageTitle>
      <VirtualMachineDetails
        name={name}
        renderConsole={(machineId, title) => <ConsolePane key={machineId} machineId={machineId} title={title} />}
      />
    </>
  );
}
