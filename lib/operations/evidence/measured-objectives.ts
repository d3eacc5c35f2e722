import type { FailoverRecord, FailoverRecordKind, RecordedMachine } from "@/lib/domain/failover-record";

/**
 * RTO: from the declaration to the last machine being up, as far as that can be proven here (docs/evidence.md); null unless
 * every machine that took part came up. RPO: the largest loss of a machine in seconds; of a test, which loses nothing, the
 * largest age that its recovery points had when it was asked for.
 */
export function measuredObjectives(
  kind: FailoverRecordKind,
  declaredAt: string,
  machines: readonly RecordedMachine[],
): FailoverRecord["measured"] {
  const part = machines.filter((machine) => machine.outcome !== "Skipped");
  const up = part.map((machine) => machine.upAt ?? null);
  const losses = part.map((one) => (kind === "TestFailover" ? (one.pointAgeSeconds ?? null) : one.loss.seconds));
  return { rpoSeconds: largest(losses), rtoSeconds: isAllKnown(up) ? secondsBetween(declaredAt, latest(up)) : null };
}

function largest(values: readonly (number | null)[]): number | null {
  return isAllKnown(values) ? Math.max(...values) : null;
}

function isAllKnown<T>(values: readonly (T | null)[]): values is readonly T[] {
  return values.length > 0 && values.every((value) => value !== null);
}

const latest = (instants: readonly string[]): string => instants.reduce((a, b) => (a > b ? a : b));

/** Never below zero: the wall clock may have been set back meanwhile. */
function secondsBetween(from: string, until: string): number {
  return Math.max(0, (Date.parse(until) - Date.parse(from)) / 1000);
}
