import type { FailoverRecord, RecordedMachine } from "@/lib/domain/failover-record";
import type { Job, JobError } from "@/lib/jobs/job";
import { runnerMemory } from "@/lib/jobs/runner-memory";

type Deviation = FailoverRecord["deviations"][number];

/** What did not go as planned, in order of time. */
export function deviationsOf(
  job: Job,
  record: Pick<FailoverRecord, "machines" | "targets" | "measured" | "times" | "cleanup" | "outcome">,
  followUps: readonly Deviation[],
): Deviation[] {
  const endedAt = record.times.endedAt ?? job.startedAt ?? job.createdAt;
  const { history } = runnerMemory(job);
  const earlier = history.flatMap(({ errors }, index) =>
    errors.map((error) => ({ at: error.at, what: `Attempt ${index + 1}: ${textOf(error)}` })),
  );
  const cancelled =
    job.cancelRequestedAt === null ? [] : [{ at: job.cancelRequestedAt, what: "The run was cancelled." }];
  const found: Deviation[] = [
    ...earlier,
    ...job.errors.map((error) => ({ at: error.at, what: textOf(error) })),
    ...cancelled,
    ...record.machines.flatMap((machine) => ofMachine(machine, endedAt)),
    ...missedTargets(record, endedAt),
    ...ofCleanup(record),
    ...followUps,
  ];
  const seen = new Set<string>();
  const once = found.filter(({ at, what }) => !seen.has(`${at} ${what}`) && seen.add(`${at} ${what}`));
  return once.sort((a, b) => a.at.localeCompare(b.at));
}

/** A failed application check is among the warnings of the job already. */
function ofMachine(machine: RecordedMachine, endedAt: string): Deviation[] {
  const { name, outcome, detail } = machine;
  const found: Deviation[] = [];
  if (outcome === "Skipped") found.push({ at: endedAt, what: `${name} was left out: ${detail ?? ""}` });
  if (outcome === "Succeeded" && detail) found.push({ at: machine.upAt ?? endedAt, what: `${name}: ${detail}` });
  for (const disk of machine.disks) {
    if (disk.restoredRoot === null || disk.identical) continue;
    found.push({
      at: disk.verifiedAt ?? endedAt,
      what: `${name}: disk ${disk.name} is not what its recovery point is.`,
    });
  }
  return found;
}

function missedTargets(
  { targets, measured, outcome }: Pick<FailoverRecord, "targets" | "measured" | "outcome">,
  at: string,
): Deviation[] {
  if (outcome === "InProgress") return [];
  const missed = (name: string, value: number | null, target: number | null) =>
    target !== null && value !== null && value > target
      ? [{ at, what: `The ${name} was ${value} s; its target is ${target} s.` }]
      : [];
  return [
    ...missed("RPO", measured.rpoSeconds, targets.rpoSeconds),
    ...missed("RTO", measured.rtoSeconds, targets.rtoSeconds),
  ];
}

function ofCleanup({ cleanup }: Pick<FailoverRecord, "cleanup">): Deviation[] {
  if (cleanup === null || cleanup.after.length === 0) return [];
  return [{ at: cleanup.at, what: `The cleanup left something: ${cleanup.after.join(", ")}.` }];
}

const textOf = (error: JobError): string =>
  `${error.severity === "Warning" ? "Warning" : "Error"} ${error.code}: ${error.message}`;
