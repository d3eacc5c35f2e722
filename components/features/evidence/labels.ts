import type { StatusTone } from "@/components/ui/status-badge";
import type { FailoverRecordSummary, FailoverRecordView } from "@/lib/contract/evidence";

type Properties = FailoverRecordSummary["properties"];
type Machine = FailoverRecordView["properties"]["machines"][number];

interface Look {
  readonly text: string;
  readonly tone: StatusTone;
}

export const kinds: Readonly<Record<Properties["kind"], string>> = {
  TestFailover: "Test failover",
  PlannedFailover: "Planned failover",
  UnplannedFailover: "Unplanned failover",
  Failback: "Failback",
};

export const outcomes: Readonly<Record<Properties["outcome"], Look>> = {
  InProgress: { text: "In progress", tone: "busy" },
  Succeeded: { text: "Succeeded", tone: "good" },
  Failed: { text: "Failed", tone: "bad" },
  Cancelled: { text: "Cancelled", tone: "idle" },
};

export const machineOutcomes: Readonly<Record<Machine["outcome"], Look>> = {
  Succeeded: { text: "Succeeded", tone: "good" },
  Failed: { text: "Failed", tone: "bad" },
  Skipped: { text: "Left out", tone: "idle" },
  NotReached: { text: "Not reached", tone: "unknown" },
};

export const verdicts: Readonly<Record<Properties["verdicts"]["rpo"], Look>> = {
  Met: { text: "Target met", tone: "good" },
  Missed: { text: "Target missed", tone: "bad" },
  NoTarget: { text: "No target", tone: "idle" },
  NotMeasured: { text: "Not measured", tone: "unknown" },
};

/** Steps of a job, in the words of the page of jobs. */
export const stepTones: Readonly<Record<string, StatusTone>> = {
  Succeeded: "good",
  Failed: "bad",
  InProgress: "busy",
  Suspended: "waiting",
};

export const runTitle = ({ kind, subject }: Pick<Properties, "kind" | "subject">): string =>
  `${kinds[kind]} of ${subject.name}`;
