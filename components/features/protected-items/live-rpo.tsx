"use client";
import { clsx } from "clsx";
import { formatDuration } from "@/components/ui/format";
import { useNow } from "@/components/ui/relative-time";
import type { ReplicationView } from "@/lib/contract/portal";

/**
 * The age of the newest recovery point, counting on between measurements. The server measured it; the browser's clock
 * only adds the time since, so the two clocks need not agree.
 */
export function LiveRpo(props: {
  readonly replication: ReplicationView | undefined;
  /** When the figures arrived, by this browser's clock. */
  readonly measuredAtMs: number;
  /** Of a policy that says from when on the newest point is late; null: when it has missed two intervals. */
  readonly thresholdSeconds: number | null;
}) {
  const now = useNow();
  const measured = props.replication?.properties.rpoSeconds ?? null;
  if (!props.replication || measured === null) return <span className="text-muted">–</span>;
  const seconds = measured + Math.max(0, (now - props.measuredAtMs) / 1000);
  const isLate = seconds > (props.thresholdSeconds ?? props.replication.properties.intervalSeconds * 2 + 30);
  return (
    <span className={clsx(isLate && "font-medium text-warn")} suppressHydrationWarning>
      {formatDuration(Math.round(seconds))}
      {isLate ? " (late)" : ""}
    </span>
  );
}
