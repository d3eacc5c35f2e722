"use client";
import { CopyIconButton } from "@/components/ui/copy-button";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { formatBytes, formatDuration } from "@/components/ui/format";
import { StatusBadge } from "@/components/ui/status-badge";
import type { Run } from "./run";

type Disk = Run["disks"][number];

function Hash({ hash, label }: { readonly hash: string | null; readonly label: string }) {
  if (hash === null) return <span className="text-muted">not known yet</span>;
  return (
    <span className="inline-flex items-center gap-1 font-mono text-[0.8125rem]">
      {hash.slice(0, 12)}…
      <CopyIconButton text={hash} label={`Copy ${label}`} />
    </span>
  );
}

const columns: readonly TableColumn<Disk>[] = [
  { key: "name", header: "Disk", cell: (disk) => disk.name },
  {
    key: "verdict",
    header: "Verdict",
    cell: (disk) =>
      disk.restoredRoot === null ? (
        <StatusBadge tone="busy">Checking</StatusBadge>
      ) : (
        <StatusBadge tone={disk.identical ? "good" : "bad"}>{disk.identical ? "Identical" : "Different"}</StatusBadge>
      ),
  },
  {
    key: "point",
    header: "Hash in the recovery point",
    hideBelow: "md",
    cell: (disk) => <Hash hash={disk.pointRoot} label={`the recovery point's hash of ${disk.name}`} />,
  },
  {
    key: "restored",
    header: "Hash read back",
    hideBelow: "md",
    cell: (disk) => <Hash hash={disk.restoredRoot} label={`the hash read back of ${disk.name}`} />,
  },
  { key: "written", header: "Written", align: "end", hideBelow: "lg", cell: (disk) => formatBytes(disk.bytesWritten) },
  {
    key: "verified",
    header: "Read back",
    align: "end",
    hideBelow: "lg",
    cell: (disk) => formatBytes(disk.bytesVerified),
  },
  { key: "seconds", header: "Took", align: "end", cell: (disk) => formatDuration(disk.seconds) },
];

/** Hash equality disk by disk: the identity of the data at the source, in the vault and on the replica. */
export function EvidenceDisks({ disks }: { readonly disks: readonly Disk[] }) {
  return (
    <DataTable
      label="Disks of the replica"
      columns={columns}
      rows={disks}
      rowKey={(disk) => disk.diskId}
      rowText={(disk) => disk.name}
    />
  );
}
