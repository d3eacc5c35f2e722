import type { ProtectedItem, RecoveryPoint } from "@/lib/domain/entities";
import { changeItem } from "./change-protected-item";
import type { OperationContext } from "./context";

/** What one failover (or test, or change of the recovery point) of one item measured; kept with the item. */
export interface RunEvidence {
  readonly jobId: string;
  readonly kind:
    "TestFailover" | "PlannedFailover" | "UnplannedFailover" | "ChangeRecoveryPoint" | "Failback" | "CancelFailover";
  readonly startedAt: string;
  readonly recoveryPoint: {
    readonly id: string;
    readonly at: string;
    readonly orders: { readonly count: number; readonly lastAt: string | null } | null;
  } | null;
  readonly disks: readonly DiskEvidence[];
  readonly machineId: string | null;
  readonly machineName: string | null;
  readonly firstLineMs: number | null;
  readonly ordersOnReplica: number | null;
  readonly ordersAtSource: number | null;
  readonly ordersLost: number | null;
  readonly secondsLost: number | null;
  /** Written at the source and never sent, as the host last reported; null when it could not say. */
  readonly bytesLost: number | null;
  readonly cleanup: {
    readonly at: string;
    readonly notes: string;
    readonly remainingResources: readonly string[];
  } | null;
  /** Of a failback: where it went and what travelled. */
  readonly failback?: FailbackEvidence;
}

export interface FailbackEvidence {
  readonly hostName: string;
  /** The host made the machine. */
  readonly created: boolean;
  readonly synchronizations: readonly SynchronizationEvidence[];
}

/** One synchronization of the site's disks with what was captured in Azure; bytes over all disks. */
export interface SynchronizationEvidence {
  readonly moment: "before" | "final";
  readonly recoveryPointId: string;
  /** What of the replica had to be stored in the vault for it. */
  readonly bytesCaptured: number;
  readonly bytesCompared: number;
  /** Fetched by the site, compressed and sealed. */
  readonly bytesReceived: number;
  readonly bytesWritten: number;
  /** Equal at the site already, and not sent. */
  readonly bytesSaved: number;
  readonly seconds: number;
}

export interface DiskEvidence {
  readonly diskId: string;
  readonly name: string;
  readonly pointRoot: string;
  readonly restoredRoot: string | null;
  readonly identical: boolean;
  readonly bytesWritten: number;
  readonly bytesVerified: number;
  readonly seconds: number;
  /** The machine was started before the disk was whole; the proof came behind. */
  readonly startedInstantly?: boolean;
  /** When the root was computed from the disk as read back; null: not yet, or never before the cleanup. */
  readonly verifiedAt?: string | null;
}

/** Older runs are in the jobs; an item shows the newest. */
const RUNS_KEPT = 20;
const KEY = "runs";

/** Newest first. */
export function runsOf(item: Pick<ProtectedItem, "evidence">): readonly RunEvidence[] {
  return (item.evidence[KEY] as readonly RunEvidence[] | undefined) ?? [];
}

export function runOf(item: Pick<ProtectedItem, "evidence">, jobId: string): RunEvidence | null {
  return runsOf(item).find((run) => run.jobId === jobId) ?? null;
}

/** Repeatable: a job has one run per item; what is given replaces what was there. */
export async function recordRun(
  context: OperationContext,
  itemId: string,
  run: Pick<RunEvidence, "jobId" | "kind">,
  found: Partial<RunEvidence>,
): Promise<void> {
  await changeItem(context, itemId, (item) => {
    const fresh: RunEvidence = {
      ...run,
      startedAt: context.clock.now().toISOString(),
      recoveryPoint: null,
      disks: [],
      machineId: null,
      machineName: null,
      firstLineMs: null,
      ordersOnReplica: null,
      ordersAtSource: null,
      ordersLost: null,
      secondsLost: null,
      bytesLost: null,
      cleanup: null,
    };
    const others = runsOf(item).filter((other) => other.jobId !== run.jobId);
    const runs = [{ ...(runOf(item, run.jobId) ?? fresh), ...found }, ...others].slice(0, RUNS_KEPT);
    runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    return { evidence: { ...item.evidence, [KEY]: runs } };
  });
}

/** A machine of the region is gone: every run that made it or worked on it says what a look found of it afterwards. */
export async function recordRemoval(
  context: OperationContext,
  itemId: string,
  machineIds: readonly string[],
  remainingResources: readonly string[],
): Promise<void> {
  const cleanup = { at: context.clock.now().toISOString(), notes: "", remainingResources };
  await changeItem(context, itemId, (item) => {
    const isOf = (run: RunEvidence) => run.machineId !== null && machineIds.includes(run.machineId);
    const runs = runsOf(item).map((run) => (isOf(run) && run.cleanup === null ? { ...run, cleanup } : run));
    return { evidence: { ...item.evidence, [KEY]: runs } };
  });
}

export function pointEvidence(point: RecoveryPoint): NonNullable<RunEvidence["recoveryPoint"]> {
  return { id: point.id, at: point.at, orders: point.orders };
}
