"use client";
import { HardDrive, Monitor } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { Dialog } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { formatCount, formatDiskSize } from "@/components/ui/format";
import { MessageBar } from "@/components/ui/message-bar";
import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import type { EstateSite } from "@/lib/contract/portal";
import { diskFormatLabel } from "@/lib/kernel/disk-format";

type Machine = EstateSite["properties"]["machines"][number];

/** Draws a machine's live console; it belongs to another part of the portal. */
export type RenderConsole = (machineId: string, title: string) => ReactNode;

const powers: Readonly<Record<string, { readonly tone: StatusTone; readonly word: string }>> = {
  running: { tone: "good", word: "Running" },
  starting: { tone: "busy", word: "Starting" },
  stopping: { tone: "busy", word: "Shutting down" },
  off: { tone: "idle", word: "Off" },
  failed: { tone: "bad", word: "Failed" },
};

/** The machines as their host reports them, and why a disk cannot be read where that is so. */
export function MachineList({
  site,
  renderConsole,
}: {
  readonly site: EstateSite;
  readonly renderConsole: RenderConsole;
}) {
  const [viewed, setViewed] = useState<Machine | null>(null);
  const { machines } = site.properties;
  const problems = machines.flatMap((machine) =>
    machine.disks.flatMap((disk) => (disk.problem ? [{ machine, disk, problem: disk.problem }] : [])),
  );
  return (
    <Card title="Machines" description="As the host reports them.">
      <div className="flex flex-col gap-4">
        {problems.map(({ machine, disk, problem }) => (
          <MessageBar
            key={`${machine.id} ${disk.name}`}
            tone="warning"
            title={`${machine.name}, ${disk.name}: ${problem.message}`}
            possibleCauses={problem.possibleCauses}
            recommendedAction={problem.recommendedAction}
            code={problem.code}
          />
        ))}
        <DataTable
          label="Machines of the site"
          rows={machines}
          rowKey={(machine) => machine.id}
          rowText={(machine) => machine.name}
          columns={columns(setViewed)}
          empty={
            <EmptyState icon={<HardDrive />} title="The host reports no machines">
              {site.properties.state === "failed"
                ? "The site has failed. Restore it to see its machines."
                : "It may still be starting, or the folder holds no disk images."}
            </EmptyState>
          }
        />
      </div>
      <Dialog
        title={`Console of ${viewed?.name ?? ""}`}
        isOpen={viewed !== null}
        onClose={() => setViewed(null)}
        width="wide"
      >
        {viewed ? renderConsole(viewed.id, "Source machine") : null}
      </Dialog>
    </Card>
  );
}

/** `data.vmdk (40 GB, VMDK, split)`; an image that cannot be read has neither size nor format, and a message above. */
function describeDisk({ name, format, virtualSizeBytes }: Machine["disks"][number]): string {
  if (format === null) return `${name} (cannot be read)`;
  return `${name} (${formatDiskSize(virtualSizeBytes)}, ${diskFormatLabel(format)})`;
}

const columns = (onConsole: (machine: Machine) => void): readonly TableColumn<Machine>[] => [
  { key: "name", header: "Machine", cell: (machine) => machine.name, sortValue: (machine) => machine.name },
  {
    key: "power",
    header: "Status",
    cell: (machine) => {
      const look = powers[machine.power] ?? { tone: "unknown" as const, word: machine.power };
      return <StatusBadge tone={look.tone}>{look.word}</StatusBadge>;
    },
    sortValue: (machine) => machine.power,
  },
  {
    key: "orders",
    header: "Orders",
    align: "end",
    cell: (machine) => (machine.orders ? formatCount(machine.orders.count) : "–"),
    sortValue: (machine) => machine.orders?.count ?? -1,
    hideBelow: "sm",
  },
  {
    key: "disks",
    header: "Disks",
    cell: (machine) => machine.disks.map(describeDisk).join("; ") || "none",
    hideBelow: "md",
  },
  {
    key: "actions",
    header: "Console",
    align: "end",
    cell: (machine) => (
      <Button
        size="small"
        icon={<Monitor />}
        onPress={() => onConsole(machine)}
        aria-label={`Open the console of ${machine.name}`}
        disabledReason={machine.power === "off" ? "The machine is off." : null}
      >
        <span className="max-sm:hidden">Console</span>
      </Button>
    ),
  },
];
