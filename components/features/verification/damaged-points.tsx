"use client";
import { Card } from "@/components/ui/card";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { formatBytes, formatPlural } from "@/components/ui/format";
import { ExactTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import type { DamagedPointView } from "@/lib/contract/verification";

const EXTENTS_SHOWN = 4;

/** What the damage costs: machine, recovery point, disk and the byte ranges that cannot be read. */
export function DamagedPoints(props: { readonly points: readonly DamagedPointView[]; readonly vaultName: string }) {
  if (props.points.length === 0) return null;
  return (
    <Card
      title="Damaged recovery points"
      description="A failover to one of these stops and says so. Other recovery points of the same machines are not affected."
    >
      <DataTable
        label="Damaged recovery points"
        columns={columnsFor(props.vaultName)}
        rows={props.points}
        rowKey={(point) => point.name}
        rowText={(point) => `${point.machineName} ${point.at}`}
      />
    </Card>
  );
}

const columnsFor = (vaultName: string): readonly TableColumn<DamagedPointView>[] => [
  {
    key: "machine",
    header: "Machine",
    cell: (point) =>
      point.protectedItem === null ? (
        point.machineName
      ) : (
        <TextLink href={pages.protectedItem(vaultName, point.protectedItem)}>{point.machineName}</TextLink>
      ),
    sortValue: (point) => point.machineName,
  },
  {
    key: "at",
    header: "Recovery point",
    cell: (point) => <ExactTime at={point.at} />,
    sortValue: (point) => point.at,
  },
  {
    key: "state",
    header: "What is lost",
    cell: (point) =>
      point.state === "lost" ? (
        <StatusBadge tone="bad">The whole recovery point</StatusBadge>
      ) : (
        <StatusBadge tone="bad">{formatBytes(point.lostBytes)}</StatusBadge>
      ),
    sortValue: (point) => (point.state === "lost" ? Infinity : point.lostBytes),
  },
  { key: "where", header: "Disk and byte ranges", hideBelow: "md", cell: (point) => <Ranges point={point} /> },
];

function Ranges({ point }: { readonly point: DamagedPointView }) {
  return (
    <ul className="flex flex-col gap-1">
      {point.disks.map((disk) => (
        <li key={disk.diskId}>
          {disk.diskId}:{" "}
          <span className="font-mono text-[0.8125rem]">
            {disk.extents
              .slice(0, EXTENTS_SHOWN)
              .map(({ offsetBytes, lengthBytes }) => `${offsetBytes}–${offsetBytes + lengthBytes - 1}`)
              .join(", ")}
          </span>
          {disk.extents.length > EXTENTS_SHOWN
            ? ` and ${formatPlural(disk.extents.length - EXTENTS_SHOWN, "more range")}`
            : ""}
        </li>
      ))}
    </ul>
  );
}
