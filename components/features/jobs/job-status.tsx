import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import { stateText } from "./job-model";

const tones: Readonly<Record<string, StatusTone>> = {
  NotStarted: "unknown",
  InProgress: "busy",
  Suspended: "waiting",
  Succeeded: "good",
  Failed: "bad",
  Cancelled: "idle",
  Skipped: "idle",
};

/** State of a job or of one step. The description is shown when it says more than the state. */
export function JobStatus({
  state,
  description,
}: {
  readonly state: string;
  readonly description?: string | null | undefined;
}) {
  const saysMore = description && !["Completed", "None", state].includes(description);
  const text = state === "Suspended" ? "Waiting" : stateText(state);
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <StatusBadge tone={tones[state] ?? "unknown"}>{text}</StatusBadge>
      {saysMore ? <span className="text-[0.8125rem] text-muted">{stateText(description)}</span> : null}
    </span>
  );
}
