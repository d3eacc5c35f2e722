"use client";
import { useQuery } from "@tanstack/react-query";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { Figure } from "@/components/ui/figure";
import { formatBytes, formatCount, formatDateTime } from "@/components/ui/format";
import { ErrorBar } from "@/components/ui/message-bar";
import { RelativeTime } from "@/components/ui/relative-time";
import { TextLink } from "@/components/ui/text-link";
import { TimeChart, type TimeSeries } from "@/components/ui/time-chart";
import { startOperation } from "@/lib/client/long-running";
import { api, pages } from "@/lib/client/paths";
import { spaceQuery } from "@/lib/client/queries/space";
import type { SpaceView } from "@/lib/contract/space";

type Space = SpaceView["properties"];
type Machine = Space["machines"][number];

const series: readonly TimeSeries[] = [
  { key: "stored", label: "Stored", kind: "area", tone: "accent" },
  { key: "reclaimable", label: "No longer needed", kind: "area", tone: "warn" },
];

/** Where the vault's bytes are, how that has grown, and what comes back. */
export function SpaceCard({ vaultName }: { readonly vaultName: string }) {
  const space = useQuery(spaceQuery(vaultName));
  const operation = useOperation();
  const reclaim = () =>
    operation.run({
      title: "Reclaim space",
      subject: vaultName,
      start: () => startOperation("POST", api.space(vaultName, "reclaim")),
    });
  return (
    <Card
      title="Space"
      description="Counted, not estimated: every hour in which something changed, and whenever space is reclaimed."
      actions={
        <Button size="small" onPress={reclaim} busy={operation.isStarting}>
          Reclaim space now
        </Button>
      }
    >
      <div className="flex flex-col gap-5">
        {operation.error ? <ErrorBar error={operation.error} /> : null}
        <QueryView query={space} what="the vault's space">
          {({ properties }) => <SpaceFigures space={properties} vaultName={vaultName} />}
        </QueryView>
      </div>
    </Card>
  );
}

function SpaceFigures({ space, vaultName }: { readonly space: Space; readonly vaultName: string }) {
  const { latest } = space;
  if (latest === null) {
    return (
      <p className="text-muted">
        The vault holds {formatBytes(space.storedBytes)}. What of it is needed, and by which machine, is counted for the
        first time an hour after the vault was made, or when you reclaim space.
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-5">
      <div className="grid grid-cols-2 gap-6 md:grid-cols-5">
        <Figure value={formatBytes(space.storedBytes)} label="Stored now" />
        <Figure value={formatBytes(latest.logicalBytes)} label="Logical: what all recovery points present" />
        <Figure value={formatBytes(latest.deduplicatedBytes)} label="Deduplicated: different blocks of it" />
        <Figure value={formatBytes(latest.compressedBytes)} label="Compressed: what they need of the store" />
        <Figure
          value={formatBytes(latest.reclaimableBytes)}
          label="No longer needed"
          note={<LastReclaim space={space} vaultName={vaultName} />}
        />
      </div>
      <TimeChart
        title="Growth"
        summary={growthOf(space)}
        series={series}
        rows={space.samples.map((sample) => ({
          at: Date.parse(sample.at),
          stored: sample.storedBytes,
          reclaimable: sample.reclaimableBytes,
        }))}
        format={formatBytes}
        formatTime={(at) => formatDateTime(new Date(at).toISOString())}
        empty="Nothing has been counted yet."
      />
      {space.machines.length > 0 ? (
        <DataTable
          label="Space of each machine"
          columns={columns}
          rows={space.machines}
          rowKey={({ machineId }) => machineId}
          rowText={({ machineName }) => machineName}
        />
      ) : null}
    </div>
  );
}

function growthOf({ samples }: Space): string {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || first === last) return "Counted once so far.";
  const grown = last.storedBytes - first.storedBytes;
  const how = grown < 0 ? `${formatBytes(-grown)} less` : `${formatBytes(grown)} more`;
  return `${formatBytes(last.storedBytes)} stored at the last count, ${how} than on ${formatDateTime(first.at)}.`;
}

function LastReclaim({ space, vaultName }: { readonly space: Space; readonly vaultName: string }) {
  const { lastReclaim } = space;
  if (lastReclaim === null) return null;
  const { bytesBefore, bytesAfter, announcedBytes } = lastReclaim;
  return (
    <span className="flex flex-col text-muted">
      {bytesBefore !== null && bytesAfter !== null ? (
        <span>
          Last run: {formatBytes(bytesBefore)} before, {formatBytes(bytesAfter)} after
        </span>
      ) : null}
      {announcedBytes ? <span>{formatBytes(announcedBytes)} go within about an hour</span> : null}
      <TextLink href={pages.job(vaultName, lastReclaim.jobId)}>
        {lastReclaim.endedAt ? <RelativeTime at={lastReclaim.endedAt} /> : "Running"}
      </TextLink>
    </span>
  );
}

const columns: readonly TableColumn<Machine>[] = [
  {
    key: "name",
    header: "Machine",
    cell: (machine) => machine.machineName,
    sortValue: (machine) => machine.machineName,
  },
  {
    key: "points",
    header: "Points",
    align: "end",
    hideBelow: "sm",
    cell: (machine) => formatCount(machine.points),
    sortValue: (machine) => machine.points,
  },
  {
    key: "newest",
    header: "Newest point",
    align: "end",
    cell: (machine) => formatBytes(machine.newestBytes),
    sortValue: (machine) => machine.newestBytes,
  },
  {
    key: "logical",
    header: "All points",
    align: "end",
    hideBelow: "md",
    cell: (machine) => formatBytes(machine.logicalBytes),
    sortValue: (machine) => machine.logicalBytes,
  },
  {
    key: "deduplicated",
    header: "Different blocks",
    align: "end",
    hideBelow: "md",
    cell: (machine) => formatBytes(machine.deduplicatedBytes),
    sortValue: (machine) => machine.deduplicatedBytes,
  },
  {
    key: "exclusive",
    header: "Stored for it alone",
    align: "end",
    cell: (machine) => formatBytes(machine.exclusiveBytes),
    sortValue: (machine) => machine.exclusiveBytes,
  },
];
