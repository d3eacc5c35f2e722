import type { FailoverRecord, FailoverRecordKind } from "@/lib/domain/failover-record";
import type { Job } from "@/lib/jobs/job";

const RECORDED: ReadonlySet<string> = new Set<FailoverRecordKind>([
  "TestFailover",
  "PlannedFailover",
  "UnplannedFailover",
  "Failback",
]);

/** Jobs that end what a recorded one began, and so belong into its record. */
const FOLLOW_UPS = {
  TestFailoverCleanup: { role: "acted", what: "Completed the test" },
  Commit: { role: "approved", what: "Committed the failover" },
  ChangePit: { role: "acted", what: "Changed the recovery point" },
} as const;

export function isRecorded(scenarioName: string): boolean {
  return RECORDED.has(scenarioName);
}

export function followUpOf(scenarioName: string): (typeof FOLLOW_UPS)[keyof typeof FOLLOW_UPS] | null {
  return scenarioName in FOLLOW_UPS ? FOLLOW_UPS[scenarioName as keyof typeof FOLLOW_UPS] : null;
}

/** A failover from Azure to the site is a failback, by whatever scenario it is run. */
export function directionOf(job: Pick<Job, "scenarioName" | "input">): FailoverRecord["direction"] {
  const isBack = job.scenarioName === "Failback" || job.input["direction"] === "RecoveryToPrimary";
  return isBack ? "RecoveryToPrimary" : "PrimaryToRecovery";
}

export function kindOf(job: Pick<Job, "scenarioName" | "input">): FailoverRecordKind {
  if (directionOf(job) === "RecoveryToPrimary") return "Failback";
  return job.scenarioName as FailoverRecordKind;
}
