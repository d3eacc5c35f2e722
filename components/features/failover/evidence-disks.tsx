"use client";
import { CopyIconButton } from "@/components/ui/copy-button";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { formatBytes, formatDuration } from "@/components/ui/format";
import { ExactTime } from "@/components/ui/relative-time";
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

const columnsOf = (isOver: boolean): readonly TableColumn<Disk>[] => [
  { key: "name", header: "Disk", cell: (disk) => <span className="break-all">{disk.name}</span> },
  {
    key: "verdict",
    header: "Verdict",
    cell: (disk) =>
      disk.restoredRoot === null ? (
        <StatusBadge tone={isOver ? "warn" : "busy"}>{isOver ? "Not verified" : "Checking"}</StatusBadge>
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
  { key: "seconds", header: "Took", align: "end", hideBelow: "sm", cell: (disk) => formatDuration(disk.seconds) },
];

/** Hash equality disk by disk: the identity of the data at the source, in the vault and on the replica. */
export function EvidenceDisks({ disks, isOver }: { readonly disks: readonly Disk[]; readonly isOver: boolean }) {
  return (
    <>
      <DataTable
        label="Disks of the replica"
        columns={columnsOf(isOver)}
        rows={disks}
        rowKey={(disk) => disk.diskId}
        rowText={(disk) => disk.name}
      />
      {disks.some((disk) => disk.startedInstantly) ? <InstantNote disks={disks} isOver={isOver} /> : null}
    </>
  );
}

/** What was verified, and when: the machine ran before its disks were whole. */
function InstantNote({ disks, isOver }: { readonly disks: readonly Disk[]; readonly isOver: boolean }) {
  const last = disks
    .map((disk) => disk.verifiedAt ?? null)
    .reduce((a, b) => (a === null || b === null ? null : a > b ? a : b));
  return (
    <p className="text-[0.8125rem] text-muted">
      Started instantly: every block was checked against the recovery point when the machine read it.{" "}
      {last !== null ? (
        <>
          The whole disks were read back and found identical <ExactTime at={last} />, behind the running machine.
        </>
      ) : isOver ? (
        "The cleanup came before all disks had been read back, so their whole identity was not verified."
      ) : (
        "The disks are being completed behind the running machine and are then read back as a whole."
      )}
    </p>
  );
}
