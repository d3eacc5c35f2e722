"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { formatDuration } from "@/components/ui/format";
import { Select } from "@/components/ui/select";
import { TimeChart } from "@/components/ui/time-chart";
import { trendsQuery } from "@/lib/client/queries/readiness";
import type { TrendsResource } from "@/lib/contract/readiness";
import { DEFAULT_MONTHS, monthOptions } from "./months";
import { trendRows, trendSummary } from "./trends-model";

const WHOLE_VAULT = "*";
const EMPTY = "No run of this time has measured it. Run a test failover, or schedule a drill.";

/** RPO and RTO of each run over time, beside their targets; of the whole vault, or of one plan or machine. */
export function TrendsCard({ vaultName }: { readonly vaultName: string }) {
  const [months, setMonths] = useState(DEFAULT_MONTHS);
  const [subject, setSubject] = useState(WHOLE_VAULT);
  const query = useQuery(trendsQuery(vaultName, months, subject === WHOLE_VAULT ? null : subject));
  const subjects = query.data?.properties.subjects ?? [];
  const options = [WHOLE_VAULT, ...new Set([...subjects, subject])].filter(
    (name, at) => at === 0 || name !== WHOLE_VAULT,
  );
  return (
    <Card
      title="Trends"
      description="Measured by the runs that are on record, beside what was aimed at."
      actions={
        <div className="flex flex-wrap gap-2">
          <Select
            label="What was run"
            hideLabel
            options={options.map((value) => ({ value, label: value === WHOLE_VAULT ? "The whole vault" : value }))}
            value={subject}
            onChange={setSubject}
            className="w-44"
          />
          <Select
            label="Time shown of the trends"
            hideLabel
            options={monthOptions}
            value={months}
            onChange={setMonths}
            className="w-40"
          />
        </div>
      }
    >
      <QueryView query={query} what="the trends">
        {({ properties }) => (
          <div className="grid gap-6 lg:grid-cols-2">
            <Trend title="Recovery point objective of each run" measure="rpo" properties={properties} />
            <Trend title="Recovery time objective of each run" measure="rto" properties={properties} />
          </div>
        )}
      </QueryView>
    </Card>
  );
}

const format = (seconds: number) => formatDuration(seconds);
const formatTime = (at: number) =>
  new Date(at).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

function Trend(props: {
  readonly title: string;
  readonly measure: "rpo" | "rto";
  readonly properties: TrendsResource["properties"];
}) {
  const { title, measure, properties } = props;
  return (
    <TimeChart
      title={title}
      summary={trendSummary(properties, measure, format)}
      series={[
        { key: "measured", label: "Measured", kind: "bar", tone: "accent" },
        { key: "target", label: "Target", kind: "area", tone: "muted" },
      ]}
      rows={trendRows(properties, measure)}
      format={format}
      formatTime={formatTime}
      empty={EMPTY}
    />
  );
}
