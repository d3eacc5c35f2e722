"use client";
import { clsx } from "clsx";
import { ProgressBar } from "react-aria-components/ProgressBar";
import { formatBytes, formatDuration, formatRate } from "./format";

export interface ProgressProps {
  /** What progresses: spoken, and shown above unless `hideLabel`. */
  readonly label: string;
  readonly hideLabel?: boolean;
  /** Measured; null while nothing can be counted yet. */
  readonly bytes: { readonly done: number; readonly total: number } | null;
  readonly bytesPerSecond?: number | null;
  readonly secondsLeft?: number | null;
  readonly tone?: "accent" | "frame";
}

/** Progress from measured bytes: percentage, amount, rate and time left. Without figures it only says that work goes on. */
export function Progress({ label, hideLabel, bytes, bytesPerSecond, secondsLeft, tone = "accent" }: ProgressProps) {
  const known = bytes !== null && bytes.total > 0;
  const percentage = known ? Math.min(100, (bytes.done / bytes.total) * 100) : 0;
  const figures = [
    known ? `${formatBytes(bytes.done)} of ${formatBytes(bytes.total)}` : null,
    bytesPerSecond ? formatRate(bytesPerSecond) : null,
    secondsLeft === null || secondsLeft === undefined ? null : `${formatDuration(secondsLeft)} left`,
  ].filter((figure) => figure !== null);
  return (
    <ProgressBar
      aria-label={label}
      value={percentage}
      isIndeterminate={!known}
      valueLabel={known ? `${percentage.toFixed(1)} %, ${figures.join(", ")}` : "working"}
      className="flex min-w-32 flex-col gap-1"
    >
      {hideLabel ? null : (
        <span className="flex justify-between gap-3 text-[0.8125rem]">
          <span>{label}</span>
          {known ? <span className="font-medium">{percentage.toFixed(percentage < 10 ? 1 : 0)} %</span> : null}
        </span>
      )}
      <span
        className={clsx("block h-1.5 overflow-hidden rounded-full", tone === "frame" ? "bg-frame-line" : "bg-sunken")}
      >
        <span
          className={clsx(
            "block h-full rounded-full transition-[width] duration-300",
            tone === "frame" ? "bg-[#86aaff]" : "bg-accent-fill",
            !known && "w-1/3 animate-indeterminate",
          )}
          style={known ? { width: `${percentage}%` } : undefined}
        />
      </span>
      {figures.length > 0 ? (
        <span className={clsx("text-[0.75rem]", tone === "frame" ? "text-frame-muted" : "text-muted")}>
          {figures.join(" · ")}
        </span>
      ) : null}
    </ProgressBar>
  );
}
