"use client";
import { useQuery } from "@tanstack/react-query";
import { formatBytes, formatDuration, formatRate } from "@/components/ui/format";
import { bandwidthQuery } from "@/lib/client/queries/infrastructure";
import type { BandwidthResource } from "@/lib/contract/bandwidth";

/** One cell: what a site sends now, what it may send, what is left and how long that takes. */
export function SiteTransfer({ vaultName, siteName }: { readonly vaultName: string; readonly siteName: string }) {
  const query = useQuery(bandwidthQuery(vaultName, siteName));
  if (!query.data) return <span className="text-muted">–</span>;
  const { now } = query.data.properties;
  return (
    <span className="flex flex-col">
      <span>{`Sending ${formatRate(now.bytesPerSecond)}`}</span>
      <span className="text-[0.8125rem] text-muted">{backlogText(now)}</span>
    </span>
  );
}

export function SiteLimit({ vaultName, siteName }: { readonly vaultName: string; readonly siteName: string }) {
  const query = useQuery(bandwidthQuery(vaultName, siteName));
  if (!query.data) return <span className="text-muted">–</span>;
  const { now, uploadThreads } = query.data.properties;
  return (
    <span className="flex flex-col">
      <span>
        {now.limitBytesPerSecond === null ? "No limit" : `${formatMegabits(now.limitBytesPerSecond)} at most`}
      </span>
      <span className="text-[0.8125rem] text-muted">
        {`${now.period === "WorkHours" ? "Work hours" : "Outside work hours"}, ${uploadThreads} uploads at a time`}
      </span>
    </span>
  );
}

function backlogText({ backlogBytes, secondsLeft }: BandwidthResource["properties"]["now"]): string {
  if (backlogBytes === 0) return "Nothing is waiting to be sent";
  const left = secondsLeft === null ? "" : `, ${formatDuration(secondsLeft)} left`;
  return `Backlog: ${formatBytes(backlogBytes)}${left}`;
}

const formatMegabits = (bytesPerSecond: number) =>
  `${Number(((bytesPerSecond * 8) / 1_000_000).toFixed(2)).toLocaleString("en-GB")} Mbit/s`;
