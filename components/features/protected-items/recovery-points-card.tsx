"use client";
import { useQuery } from "@tanstack/react-query";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { CopyIconButton } from "@/components/ui/copy-button";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { formatBytes, formatCount } from "@/components/ui/format";
import { ExactTime, RelativeTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { recoveryPointsQuery } from "@/lib/client/queries/protected-items";
import { retentionQuery } from "@/lib/client/queries/space";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { PointTimeline } from "./point-timeline";
import { recoveryPointKind } from "@/lib/client/recovery-point-kind";
import type { RecoveryPointResource } from "@/lib/contract/protected-items";
import { KeptBecause, type KeptPoint } from "./kept-because";

const figuresOf = (point: RecoveryPointResource) => point.properties.providerSpecificDetails;

const columns = (
  item: ProtectedItemResource,
  kept: ReadonlyMap<string, KeptPoint>,
): readonly TableColumn<RecoveryPointResource>[] => [
  {
    key: "time",
    header: "Cut at",
    cell: (point) => <ExactTime at={point.properties.recoveryPointTime} />,
    sortValue: (point) => point.properties.recoveryPointTime,
  },
  {
    key: "age",
    header: "Age",
    hideBelow: "md",
    cell: (point) => <RelativeTime at={point.properties.recoveryPointTime} />,
  },
  {
    key: "kind",
    header: "Kind",
    cell: (point) => (
      <span className="inline-flex flex-wrap items-center gap-x-3">
        {recoveryPointKind(point)}
        <PointNotes point={point} />
        {figuresOf(point).final ? <StatusBadge tone="good">After shutdown</StatusBadge> : null}
        {item.properties.failoverRecoveryPointId?.toLowerCase() === point.id.toLowerCase() ? (
          <StatusBadge tone="waiting">In use</StatusBadge>
        ) : null}
      </span>
    ),
  },
  {
    key: "orders",
    header: "Orders",
    align: "end",
    cell: (point) => numberOrDash(figuresOf(point).orders?.count ?? null, formatCount),
    sortValue: (point) => figuresOf(point).orders?.count ?? -1,
  },
  {
    key: "changed",
    header: "Changed",
    align: "end",
    hideBelow: "sm",
    cell: (point) => formatBytes(figuresOf(point).changedBytes),
    sortValue: (point) => figuresOf(point).changedBytes,
  },
  {
    key: "kept",
    header: "Kept because",
    hideBelow: "md",
    cell: (point) => {
      const why = kept.get(point.name);
      return why ? <KeptBecause point={point} kept={why} /> : <span className="text-muted">–</span>;
    },
  },
  { key: "hash", header: "Disk hashes", hideBelow: "lg", cell: (point) => <Hashes point={point} /> },
];

/** Why a point is less than it was to be, and what it shares. */
function PointNotes({ point }: { readonly point: RecoveryPointResource }) {
  const { quiesceProblem, isMultiVmSyncPoint, multiVmGroupName, multiVmProblem } = figuresOf(point);
  return (
    <>
      {isMultiVmSyncPoint ? (
        <StatusBadge tone="good">{`Shared by ${multiVmGroupName ?? "its group"}`}</StatusBadge>
      ) : null}
      {!isMultiVmSyncPoint && multiVmProblem ? (
        <span className="basis-full text-[0.8125rem] text-muted">Not shared: {multiVmProblem.message}</span>
      ) : null}
      {quiesceProblem ? <span className="basis-full text-[0.8125rem] text-muted">{quiesceProblem.message}</span> : null}
    </>
  );
}

const numberOrDash = (value: number | null, format: (value: number) => string) =>
  value === null ? <span className="text-muted">–</span> : format(value);

function Hashes({ point }: { readonly point: RecoveryPointResource }) {
  return (
    <span className="flex flex-wrap gap-x-3">
      {figuresOf(point).disks.map((disk) => (
        <span key={disk.diskId} className="inline-flex items-center gap-1 font-mono text-[0.8125rem]">
          {disk.root.slice(0, 8)}…
          <CopyIconButton text={disk.root} label={`Copy the hash of ${disk.diskId}`} />
        </span>
      ))}
    </span>
  );
}

/** The moments to which the machine can be brought back, newest first. */
export function RecoveryPointsCard({
  vaultName,
  item,
}: {
  readonly vaultName: string;
  readonly item: ProtectedItemResource;
}) {
  const query = useQuery(recoveryPointsQuery(vaultName, item));
  const retention = useQuery(retentionQuery(vaultName, item));
  const kept = new Map(retention.data?.properties.points.map((point) => [point.recoveryPointId, point]));
  return (
    <Card
      title="Recovery points"
      description="Each names the state of all disks at one instant; the hash is the disk's identity."
    >
      <QueryView query={query} what="recovery points">
        {(points) =>
          points.length === 0 ? (
            <p className="text-muted">There is none yet: the first appears when initial replication is complete.</p>
          ) : (
            <>
              <PointTimeline points={points} />
              <div className="max-h-96 overflow-auto">
                <DataTable
                  label="Recovery points"
                  columns={columns(item, kept)}
                  rows={points}
                  rowKey={(point) => point.id}
                  rowText={(point) => point.properties.recoveryPointTime}
                />
              </div>
            </>
          )
        }
      </QueryView>
    </Card>
  );
}
