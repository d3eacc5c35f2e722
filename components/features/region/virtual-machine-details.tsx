"use client";
import { useQuery } from "@tanstack/react-query";
import { MonitorX } from "lucide-react";
import type { ReactNode } from "react";
import { PageBody } from "@/components/shell/page-body";
import { PageHeader } from "@/components/shell/page-header";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { formatCount, formatDuration } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { LinkButton } from "@/components/ui/link-button";
import { MessageBar } from "@/components/ui/message-bar";
import { ExactTime } from "@/components/ui/relative-time";
import { SimulatedBadge } from "@/components/ui/simulated-badge";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import { virtualMachinesQuery } from "@/lib/client/queries/region";
import type { VirtualMachineResource } from "@/lib/contract/region-resources";
import { MachineState } from "./machine-state";
import { OnDemandDisks } from "./on-demand-disks";
import { purposeWords } from "./purpose";

type RenderConsole = (machineId: string, title: string) => ReactNode;

/** One replica in the region: where it came from, what it found on its disk, its console. */
export function VirtualMachineDetails(props: { readonly name: string; readonly renderConsole: RenderConsole }) {
  const { name, renderConsole } = props;
  const machines = useQuery(virtualMachinesQuery());
  const machine = machines.data?.find((one) => one.name.toLowerCase() === name.toLowerCase());
  return (
    <>
      <PageHeader
        title={machine?.name ?? name}
        back={{ href: pages.virtualMachines(), label: "Virtual machines" }}
        badges={
          <>
            {machine ? <MachineState state={machine.properties.state} /> : null}
            <SimulatedBadge what="Stands in for a virtual machine in Azure: it runs on this computer, from replicated disks." />
          </>
        }
      />
      <PageBody>
        <QueryView query={machines} what="the virtual machine">
          {() => (machine ? <Machine machine={machine} renderConsole={renderConsole} /> : <NoMachine name={name} />)}
        </QueryView>
      </PageBody>
    </>
  );
}

function Machine({
  machine,
  renderConsole,
}: {
  readonly machine: VirtualMachineResource;
  readonly renderConsole: RenderConsole;
}) {
  const { properties } = machine;
  return (
    <>
      {properties.activity ? <MessageBar tone="info" title={properties.activity} /> : null}
      <Card title="Virtual machine">
        <KeyValue
          columns={3}
          entries={[
            { label: "Made by", value: purposeWords[properties.purpose] },
            { label: "Replica of", value: <Source machine={machine} /> },
            { label: "Recovery point", value: <ExactTime at={properties.recoveryPointTime} /> },
            { label: "Size", value: properties.size },
            { label: "Network", value: properties.networkName ?? "none" },
            { label: "Created", value: <ExactTime at={properties.createdAt} /> },
            {
              label: "First line on the console after start",
              value: properties.firstLineMs === null ? "–" : formatDuration(properties.firstLineMs / 1000),
            },
            { label: "Orders on its disk", value: properties.orders ? formatCount(properties.orders.count) : "–" },
          ]}
        />
      </Card>
      {properties.onDemandDisks.length > 0 ? <OnDemandDisks disks={properties.onDemandDisks} /> : null}
      {properties.state === "Running" ? (
        <Card title="Console">
          <div className="max-w-4xl">{renderConsole(properties.machineId, "Replica in Azure")}</div>
        </Card>
      ) : null}
    </>
  );
}

/** The protected machine that it stands for. */
function Source({ machine }: { readonly machine: VirtualMachineResource }) {
  const { sourceMachineName, protectedItemName, vaultName } = machine.properties;
  if (sourceMachineName === null) return <>a machine that is no longer protected</>;
  return <TextLink href={pages.protectedItem(vaultName, protectedItemName)}>{sourceMachineName}</TextLink>;
}

function NoMachine({ name }: { readonly name: string }) {
  return (
    <EmptyState
      icon={<MonitorX />}
      title={`There is no virtual machine named ${name}`}
      actions={<LinkButton href={pages.virtualMachines()}>Show all virtual machines</LinkButton>}
    >
      It was removed when its test was completed, or the address is misspelt.
    </EmptyState>
  );
}
