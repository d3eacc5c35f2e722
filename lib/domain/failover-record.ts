/**
 * What is kept of one run of a failover, a test or a failback, of a machine or of a recovery plan, for those who were not
 * there. It outlives the plan, the machines and the job. Times are ISO 8601 UTC; null: not known, or it did not happen.
 */
export interface FailoverRecord {
  /** The id of its job. */
  readonly id: string;
  readonly vaultId: string;
  readonly kind: FailoverRecordKind;
  readonly direction: "PrimaryToRecovery" | "RecoveryToPrimary";
  readonly subject: { readonly type: "ProtectedItem" | "RecoveryPlan"; readonly id: string; readonly name: string };
  /** SHA-256 of the groups that were run (`planHash`); null for a single machine. */
  readonly planHash: string | null;
  readonly outcome: "InProgress" | "Succeeded" | "Failed" | "Cancelled";
  /** A drill that started it; null: a person or a program did. */
  readonly drillId: string | null;
  readonly people: readonly RecordedPerson[];
  readonly times: RecordedTimes;
  readonly targets: { readonly rpoSeconds: number | null; readonly rtoSeconds: number | null };
  /** Measured over all machines; null: nothing could be measured. */
  readonly measured: { readonly rpoSeconds: number | null; readonly rtoSeconds: number | null };
  readonly machines: readonly RecordedMachine[];
  readonly steps: readonly RecordedStep[];
  /** What was there of the replicas before and after the cleanup, by looking; null: no cleanup yet. */
  readonly cleanup: {
    readonly at: string;
    readonly notes: string;
    readonly before: readonly string[];
    readonly after: readonly string[];
  } | null;
  /** What did not go as planned: warnings, errors, skipped machines and actions, retries. */
  readonly deviations: readonly { readonly at: string; readonly what: string; readonly jobId?: string }[];
  /** What was said when the run was completed (the comment of the cleanup). Later notes: `EvidenceNote`. */
  readonly notes: string;
}

export type FailoverRecordKind = "TestFailover" | "PlannedFailover" | "UnplannedFailover" | "Failback";

export interface RecordedPerson {
  readonly role: "requested" | "approved" | "acted";
  readonly who: string;
  readonly at: string;
  readonly what: string;
  /** The program through which it was asked: its user agent, shortened; left out: not known. */
  readonly program?: string;
  /** The job through which it was done, when it is not the run's own. */
  readonly jobId?: string;
}

export interface RecordedTimes {
  /** When the outage was declared, by whoever asked for the run; equal to the request when nobody said otherwise. */
  readonly declaredAt: string;
  /** When the source was last heard of, for a run whose source was silent. */
  readonly detectedAt: string | null;
  readonly decidedAt: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** When the last machine was proven: hash, first sign of life, application check. */
  readonly verifiedAt: string | null;
}

export interface RecordedMachine {
  readonly protectedItemId: string;
  readonly name: string;
  readonly replicaName: string | null;
  readonly outcome: "Succeeded" | "Failed" | "Skipped" | "NotReached";
  /** Why the outcome is what it is, where that is not plain; left out or null: plain. */
  readonly detail?: string | null;
  readonly recoveryPoint: { readonly id: string; readonly at: string; readonly kind: string } | null;
  readonly disks: readonly {
    readonly name: string;
    readonly pointRoot: string;
    readonly restoredRoot: string | null;
    readonly identical: boolean;
    readonly bytesWritten: number;
    readonly bytesVerified?: number;
    /** When the root was computed from the restored disk as read back; null: not yet, or never. */
    readonly verifiedAt?: string | null;
  }[];
  readonly firstLineMs: number | null;
  /** When its first line was seen and, where the point knows its orders, found to be right. */
  readonly firstSignOfLifeAt: string | null;
  /** When it was up as far as can be proven here: its first sign of life, or for one that cannot be booted, its disks. */
  readonly upAt?: string | null;
  /** Age of the recovery point when the run was asked for; 0 for one that was made for it. */
  readonly pointAgeSeconds?: number | null;
  readonly loss: { readonly seconds: number | null; readonly bytes: number | null; readonly orders: number | null };
  readonly ordersAtSource: number | null;
  readonly ordersOnReplica: number | null;
  /** Name of the picture of the console at the first sign of life, in the evidence folder; null: none. */
  readonly screenshot: { readonly file: string; readonly sha256: string; readonly at: string } | null;
  readonly applicationCheck: {
    readonly what: string;
    readonly passed: boolean;
    readonly detail: string;
    readonly at: string;
    /** How long it took until the check was passed or given up. */
    readonly seconds?: number;
  } | null;
}

export interface RecordedStep {
  readonly name: string;
  readonly group: string | null;
  readonly state: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly detail: string;
}

/** Said afterwards, by whom and when. Never changed, never deleted but with its vault. */
export interface EvidenceNote {
  readonly id: string;
  readonly recordId: string;
  readonly vaultId: string;
  readonly at: string;
  readonly who: string;
  readonly text: string;
}
