import type { FailoverRecord, RecordedMachine } from "@/lib/domain/failover-record";
import type { TargetVerdict } from "@/lib/domain/target-verdict";
import type { Report } from "./report";

/** The report as a reader goes through it; HTML and PDF are both drawn from this. */
export type ReportPart =
  | { readonly kind: "heading"; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "facts"; readonly rows: readonly (readonly [string, string])[] }
  | {
      readonly kind: "table";
      readonly columns: readonly string[];
      /** Shares of the width. */
      readonly widths: readonly number[];
      readonly rows: readonly (readonly string[])[];
      readonly whenEmpty: string;
    }
  | { readonly kind: "picture"; readonly sha256: string; readonly caption: string };

export const KINDS: Readonly<Record<FailoverRecord["kind"], string>> = {
  TestFailover: "Test failover",
  PlannedFailover: "Planned failover",
  UnplannedFailover: "Unplanned failover",
  Failback: "Failback",
};
export const OUTCOMES: Readonly<Record<FailoverRecord["outcome"], string>> = {
  InProgress: "In progress",
  Succeeded: "Succeeded",
  Failed: "Failed",
  Cancelled: "Cancelled",
};
const VERDICTS: Readonly<Record<TargetVerdict, string>> = {
  Met: "met",
  Missed: "MISSED",
  NoTarget: "no target was set",
  NotMeasured: "NOT MEASURED",
};
const MACHINE_OUTCOMES: Readonly<Record<RecordedMachine["outcome"], string>> = {
  Succeeded: "Succeeded",
  Failed: "Failed",
  Skipped: "Left out",
  NotReached: "Not reached",
};

export const titleOf = ({ record }: Report): string => `${KINDS[record.kind]} of ${record.subject.name}`;

export function reportParts(report: Report): ReportPart[] {
  const { record } = report;
  return [
    { kind: "facts", rows: summary(report) },
    heading("Objectives"),
    objectives(report),
    heading("Times"),
    { kind: "facts", rows: times(record.times) },
    heading("People"),
    table(["At", "Role", "Who", "What"], [23, 11, 24, 42], record.people.map((one) => [at(one.at), one.role, one.program ? `${one.who}, with ${one.program}` : one.who, one.what]), "Nobody is known."), // prettier-ignore
    heading("Deviations"),
    table(["At", "What"], [23, 77], record.deviations.map((one) => [at(one.at), one.what]), "None: nothing was warned of, failed, left out or missed."), // prettier-ignore
    heading("Machines"),
    ...record.machines.flatMap((machine) => machineParts(report, machine)),
    heading("Steps"),
    table(["Step", "Group", "State", "Started", "Ended", "Detail"], [27, 14, 11, 14, 14, 20], record.steps.map((one) => [one.name, one.group ?? "", one.state, at(one.startedAt), at(one.endedAt), one.detail]), "The job has no steps."), // prettier-ignore
    heading("Cleanup"),
    ...cleanupParts(record),
    heading("Notes"),
    ...(record.notes === "" ? [] : [{ kind: "text" as const, text: record.notes }]),
    table(["At", "Who", "Note"], [23, 15, 62], report.notes.map((one) => [at(one.at), one.who, one.text]), record.notes === "" ? "None." : "No further notes."), // prettier-ignore
  ];
}

function summary({ record, vault, generatedAt, generatedBy }: Report): [string, string][] {
  return [
    ["Outcome", OUTCOMES[record.outcome]],
    ["Run", `${KINDS[record.kind]}, ${record.direction === "PrimaryToRecovery" ? "from the site to Azure (simulated region)" : "from Azure (simulated region) to the site"}`], // prettier-ignore
    ["Of", `${record.subject.type === "RecoveryPlan" ? "recovery plan" : "machine"} ${record.subject.name}`],
    ["Vault", `${vault.name} (${vault.resourceGroup}, ${vault.location})`],
    ["Id of the run", record.id],
    ...(record.planHash === null ? [] : [["SHA-256 of the plan as run", record.planHash] as [string, string]]),
    ...(record.drillId === null ? [] : [["Started by the drill", record.drillId] as [string, string]]),
    ["Report made", `${at(generatedAt)} by ${generatedBy.user}, with ${generatedBy.program} ${generatedBy.version}`],
  ];
}

function objectives({ record: { measured, targets }, verdicts }: Report): ReportPart {
  const row = (name: string, value: number | null, target: number | null, verdict: TargetVerdict) =>
    [name, seconds(value), target === null ? "none" : seconds(target), VERDICTS[verdict]] as const;
  return table(
    ["Objective", "Measured", "Target", "Verdict"],
    [40, 20, 20, 20],
    [
      row("Recovery point objective (RPO): data lost", measured.rpoSeconds, targets.rpoSeconds, verdicts.rpo),
      row("Recovery time objective (RTO): time until up", measured.rtoSeconds, targets.rtoSeconds, verdicts.rto),
    ],
    "",
  );
}

function times(found: FailoverRecord["times"]): [string, string][] {
  return [
    ["Declared", at(found.declaredAt)],
    ["Source last heard of", found.detectedAt === null ? "not silent, or it does not matter" : at(found.detectedAt)],
    ["Decided", at(found.decidedAt)],
    ["Started", at(found.startedAt)],
    ["Ended", at(found.endedAt)],
    ["Last proof", at(found.verifiedAt)],
  ];
}

function machineParts({ screenshots, record }: Report, machine: RecordedMachine): ReportPart[] {
  const { recoveryPoint: point, loss, applicationCheck: check, screenshot } = machine;
  const picture = screenshot && screenshots.find((one) => one.sha256 === screenshot.sha256);
  const detail = machine.detail ? `: ${machine.detail}` : "";
  const facts: [string, string][] = [
    ["Outcome", `${MACHINE_OUTCOMES[machine.outcome]}${detail}`],
    ["Replica", machine.replicaName ?? "none"],
    ["Recovery point", point === null ? "none" : `${at(point.at)}, ${point.kind}, ${point.id}`],
    ["Up, as far as proven", at(machine.upAt ?? null)],
    ["First sign of life", at(machine.firstSignOfLifeAt)],
    ["Power-on to first line", machine.firstLineMs === null ? "not measured" : `${machine.firstLineMs} ms`],
    ["Lost", record.kind === "TestFailover" ? "nothing: the source went on" : lossText(loss)],
    [
      "Orders",
      `${count(machine.ordersAtSource, "at the source")}; ${count(machine.ordersOnReplica, "on the replica")}`,
    ],
    ["Application check", check === null ? "none was set" : `${check.passed ? "passed" : "FAILED"}: ${check.what}. ${check.detail} (${at(check.at)})`], // prettier-ignore
  ];
  return [
    { kind: "heading", level: 3, text: machine.name },
    { kind: "facts", rows: facts },
    table(
      ["Disk", "Root of the recovery point", "Root of the restored disk, read back", "Identical", "Bytes"],
      [14, 31, 31, 11, 13],
      machine.disks.map((disk) => [
        disk.name,
        disk.pointRoot,
        disk.restoredRoot ?? "not proven",
        disk.restoredRoot === null ? "not proven" : disk.identical ? "yes" : "NO",
        `${grouped(disk.bytesWritten)} written, ${disk.bytesVerified === undefined ? "?" : grouped(disk.bytesVerified)} read back`,
      ]),
      "No disk was restored.",
    ),
    ...(screenshot === null ? [] : [pictureOf(machine, screenshot, picture !== undefined)]),
  ];
}

function pictureOf(
  machine: RecordedMachine,
  screenshot: NonNullable<RecordedMachine["screenshot"]>,
  isThere: boolean,
): ReportPart {
  const { at: takenAt, sha256 } = screenshot;
  if (!isThere) return { kind: "text", text: `The picture of the console (SHA-256 ${sha256}) is not there any more.` };
  return { kind: "picture", sha256, caption: `Console of ${machine.replicaName ?? machine.name} at ${at(takenAt)}` };
}

function cleanupParts({ cleanup, kind }: FailoverRecord): ReportPart[] {
  if (cleanup === null) {
    return [
      { kind: "text", text: kind === "TestFailover" ? "The test was not completed yet." : "Not part of this run." },
    ];
  }
  const left = cleanup.after.length === 0 ? "Nothing is left, as a listing showed." : "Something is left.";
  return [
    { kind: "facts", rows: [["Proven", at(cleanup.at)], ["Verdict", left]] }, // prettier-ignore
    table(
      ["Before the cleanup"],
      [100],
      cleanup.before.map((one) => [one]),
      "No listing was made.",
    ),
    table(
      ["After the cleanup"],
      [100],
      cleanup.after.map((one) => [one]),
      "After the cleanup: nothing.",
    ),
  ];
}

const heading = (text: string): ReportPart => ({ kind: "heading", level: 2, text });

function table(
  columns: readonly string[],
  widths: readonly number[],
  rows: readonly (readonly string[])[],
  whenEmpty: string,
): ReportPart {
  return { kind: "table", columns, widths, rows, whenEmpty };
}

/** UTC, to the second; in the JSON report times are exact. */
const at = (instant: string | null): string => (instant === null ? "-" : instant.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC")); // prettier-ignore
const seconds = (value: number | null): string => (value === null ? "not measured" : `${value} s`);
const grouped = (value: number): string => value.toLocaleString("en-GB");
const count = (value: number | null, what: string): string => `${value === null ? "unknown" : grouped(value)} ${what}`;
const lossText = ({ seconds: time, bytes, orders }: RecordedMachine["loss"]): string =>
  `${seconds(time)}; ${count(bytes, "bytes")}; ${count(orders, "orders")}`;
