"use client";
import { formatDuration } from "@/components/ui/format";
import { useNow } from "@/components/ui/relative-time";
import { realTime } from "./job-model";

/** How long it took; counting on while it runs. */
export function JobDuration(props: {
  readonly start: string | null | undefined;
  readonly end: string | null | undefined;
}) {
  const now = useNow();
  const start = realTime(props.start);
  const end = realTime(props.end);
  if (start === null) return <span className="text-muted">–</span>;
  const until = end === null ? now : new Date(end).getTime();
  const seconds = Math.max(0, (until - new Date(start).getTime()) / 1000);
  return (
    <span suppressHydrationWarning>
      {until === 0 ? "" : formatDuration(seconds < 10 ? seconds : Math.round(seconds))}
    </span>
  );
}
