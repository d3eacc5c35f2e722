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
  readonly deviations: readonly { readonly at: string; readonly what: string }[];
  readonly notes: string;
}

export type FailoverRecordKind = "TestFailover" | "PlannedFailover" | "UnplannedFailover" | "Failback";

export interface RecordedPerson {
  readonly role: "requested" | "approved" | "acted";
  readonly who: string;
  readonly at: string;
  readonly what: string;
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
  readonly recoveryPoint: { readonly id: string; readonly at: string; readonly kind: string } | null;
  readonly disks: readonly {
    readonly name: string;
    readonly pointRoot: string;
    readonly restoredRoot: string | null;
    readonly identical: boolean;
    readonly bytesWritten: number;
  }[];
  readonly firstLineMs: number | null;
  readonly firstSignOfLifeAt: string | null;
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
