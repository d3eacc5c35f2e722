"use client";
import { useId } from "react";
import { Area, Bar, CartesianGrid, ComposedChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

export interface TimeSeries {
  readonly key: string;
  readonly label: string;
  readonly kind: "area" | "bar";
  readonly tone: "accent" | "good" | "warn" | "muted";
}

/** `at`: milliseconds since 1970. A value that is missing leaves a gap. */
export type TimeRow = { readonly at: number } & Readonly<Record<string, number | null>>;

export interface TimeChartProps {
  /** What is drawn, as its caption and for those who hear it. */
  readonly title: string;
  /** One sentence of figures: newest, largest. */
  readonly summary: string;
  readonly series: readonly TimeSeries[];
  readonly rows: readonly TimeRow[];
  readonly format: (value: number) => string;
  readonly formatTime: (at: number) => string;
  /** Shown instead when there are no rows. */
  readonly empty: string;
}

/** The newest this many rows are in the table that says the same in words. */
const TABLE_ROWS = 50;

/** Figures over time, and the same as a table for those who do not see the drawing. Nothing moves. */
export function TimeChart(props: TimeChartProps) {
  const caption = useId();
  const { title, summary, series, rows } = props;
  return (
    <figure aria-labelledby={caption} className="min-w-0">
      <figcaption id={caption} className="mb-1">
        <span className="font-medium">{title}</span>
        <span className="block text-[0.8125rem] text-muted">{rows.length === 0 ? props.empty : summary}</span>
      </figcaption>
      {rows.length === 0 ? null : (
        <>
          {series.length > 1 ? <Legend series={series} /> : null}
          <div role="img" aria-label={`${title}. ${summary}`} className="h-40 text-[0.75rem]">
            <Drawing {...props} />
          </div>
          <RowsAsTable {...props} />
        </>
      )}
    </figure>
  );
}

const colour = (tone: TimeSeries["tone"]) => `var(--${tone})`;

function Legend({ series }: { readonly series: readonly TimeSeries[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 text-[0.8125rem]">
      {series.map((one) => (
        <li key={one.key} className="inline-flex items-center gap-1.5">
          <span aria-hidden className="size-2.5 rounded-xs" style={{ background: colour(one.tone) }} />
          {one.label}
        </li>
      ))}
    </ul>
  );
}

function Drawing({ series, rows, format, formatTime }: TimeChartProps) {
  const axis = { stroke: "var(--line-strong)", tick: { fill: "var(--muted)" }, tickLine: false } as const;
  const box = { background: "var(--raised)", border: "1px solid var(--line)", borderRadius: 6, color: "var(--ink)" };
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 160 }}>
      <ComposedChart data={[...rows]} accessibilityLayer={false} margin={{ top: 6, right: 6, bottom: 0, left: 0 }}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          {...axis}
          dataKey="at"
          type="number"
          scale="time"
          domain={["dataMin", "dataMax"]}
          tickFormatter={formatTime}
          minTickGap={48}
          padding={{ left: 10, right: 10 }}
        />
        <YAxis {...axis} width={76} tickFormatter={format} axisLine={false} />
        <Tooltip
          isAnimationActive={false}
          contentStyle={box}
          labelFormatter={(at) => formatTime(Number(at))}
          formatter={(value, name) => [format(Number(value)), name]}
        />
        {series.map(({ key, label, kind, tone }) =>
          kind === "bar" ? (
            <Bar key={key} dataKey={key} name={label} fill={colour(tone)} isAnimationActive={false} maxBarSize={14} />
          ) : (
            <Area
              key={key}
              dataKey={key}
              name={label}
              type="linear"
              stroke={colour(tone)}
              fill={colour(tone)}
              fillOpacity={0.15}
              dot={false}
              isAnimationActive={false}
            />
          ),
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

function RowsAsTable({ title, series, rows, format, formatTime }: TimeChartProps) {
  const newest = [...rows].reverse().slice(0, TABLE_ROWS);
  return (
    <details className="mt-1 text-[0.8125rem]">
      <summary className="cursor-pointer text-muted">Figures as a table</summary>
      <div className="mt-1 max-h-56 overflow-auto">
        <table className="w-full tabular-nums" aria-label={`${title}, as a table`}>
          <thead>
            <tr className="text-left">
              <th scope="col" className="pr-3 font-medium">
                Time
              </th>
              {series.map((one) => (
                <th key={one.key} scope="col" className="pr-3 text-right font-medium">
                  {one.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {newest.map((row, index) => (
              <tr key={`${row.at} ${index}`} className="border-t border-line">
                <td className="pr-3 whitespace-nowrap">{formatTime(row.at)}</td>
                {series.map((one) => (
                  <td key={one.key} className="pr-3 text-right whitespace-nowrap">
                    {row[one.key] === null || row[one.key] === undefined ? "–" : format(row[one.key] ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
