"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/figure";
import { formatBytes, formatCount, formatDuration } from "@/components/ui/format";
import { useNow } from "@/components/ui/relative-time";
import { Select } from "@/components/ui/select";
import { TimeChart } from "@/components/ui/time-chart";
import { replicationHistoryQuery } from "@/lib/client/queries/recovery-points";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import type { ReplicationHistory } from "@/lib/contract/recovery-points";
import { historyView, type HistoryRange, type HistoryView } from "./replication-history-model";

const ranges = [
  { value: "hour", label: "Last hour" },
  { value: "day", label: "Last 24 hours" },
  { value: "month", label: "Last 30 days" },
] as const;

const EMPTY = "Nothing was replicated in this time.";

/** How replication has gone: RPO, changes and traffic, write logs, and the intervals that have no point. */
export function ReplicationHistoryCard({
  vaultName,
  item,
}: {
  readonly vaultName: string;
  readonly item: ProtectedItemResource;
}) {
  const query = useQuery(replicationHistoryQuery(vaultName, item));
  const [range, setRange] = useState<HistoryRange>("hour");
  return (
    <Card
      title="Replication over time"
      description="Measured by the agent at each cycle and kept by the vault."
      actions={
        <Select
          label="Time shown"
          hideLabel
          options={ranges}
          value={range}
          onChange={(value) => setRange(ranges.find((one) => one.value === value)?.value ?? "hour")}
          className="w-40"
        />
      }
    >
      <QueryView query={query} what="the history of replication">
        {(history) => <History history={history} range={range} />}
      </QueryView>
    </Card>
  );
}

function History({ history, range }: { readonly history: ReplicationHistory; readonly range: HistoryRange }) {
  // Drawn again every ten seconds, not at every tick of the page's clock.
  const now = Math.floor(useNow() / 10_000) * 10_000;
  const view = historyView(history.properties, range, now);
  const formatTime = (at: number) =>
    range === "month"
      ? new Date(at).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })
      : new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const each = range === "hour" ? "interval" : "hour";
  return (
    <div className="flex flex-col gap-6">
      <Totals view={view} intervalSeconds={history.properties.intervalSeconds} />
      <div className="grid gap-6 lg:grid-cols-3">
        <TimeChart
          title={range === "hour" ? "Recovery point objective" : "Worst recovery point objective of each hour"}
          summary={`What a loss of the site would cost; worst ${duration(view.totals.worstRpoSeconds)}.`}
          series={[{ key: "rpo", label: "RPO", kind: "area", tone: "accent" }]}
          rows={view.rpo}
          format={(value) => formatDuration(Math.round(value))}
          formatTime={formatTime}
          empty={EMPTY}
        />
        <TimeChart
          title={`Changed and sent per ${each}`}
          summary={`${formatBytes(view.totals.changedBytes)} changed, ${formatBytes(view.totals.sentBytes)} sent${range === "hour" ? ", the initial replication included, which is not drawn" : ""}.`}
          series={[
            { key: "changed", label: "Changed at the source", kind: "bar", tone: "muted" },
            { key: "sent", label: "Sent and stored", kind: "bar", tone: "accent" },
          ]}
          rows={view.traffic}
          format={formatBytes}
          formatTime={formatTime}
          empty={EMPTY}
        />
        <TimeChart
          title={range === "hour" ? "Write log at each cut" : "Largest write log of each hour"}
          summary="Which blocks were written since the cut before; a gap is a cycle that read everything."
          series={[{ key: "log", label: "Write log", kind: "area", tone: "good" }]}
          rows={view.log}
          format={formatBytes}
          formatTime={formatTime}
          empty={EMPTY}
        />
      </div>
    </div>
  );
}

function Totals({ view, intervalSeconds }: { readonly view: HistoryView; readonly intervalSeconds: number }) {
  const { cycles, missedIntervals, applicationConsistent, sentBytes } = view.totals;
  return (
    <div className="grid grid-cols-2 gap-x-6 gap-y-4 lg:grid-cols-4">
      <Figure value={formatCount(cycles)} label="Recovery points made" />
      <Figure
        value={formatCount(missedIntervals)}
        label="Missed intervals"
        note={
          <span className="text-muted">
            {missedIntervals === 0
              ? `Each ${formatDuration(intervalSeconds)} has its point.`
              : "A cycle took longer than the interval, or the host was away."}
          </span>
        }
      />
      <Figure value={formatCount(applicationConsistent)} label="Application-consistent" />
      <Figure value={formatBytes(sentBytes)} label="Sent" />
    </div>
  );
}

const duration = (seconds: number | null) => (seconds === null ? "unknown" : formatDuration(Math.round(seconds)));
