/**
 * The words of the service for where a protected machine stands (asr reference: replication protected item, per phase).
 * `UnprotectedStatesBegin` is what the service reports while initial replication runs; scripts wait for it to change.
 */
export type ProtectionState =
  | "UnprotectedStatesBegin"
  | "Protected"
  | "PlannedFailoverInitiated"
  | "PlannedFailoverFailed"
  | "PlannedFailoverCommitRequired"
  | "PlannedFailoverStatesBegin"
  | "UnplannedFailoverInitiated"
  | "UnplannedFailoverCompletionFailed"
  | "UnplannedFailoverCommitPendingStatesBegin"
  | "UnplannedFailoverStatesBegin"
  | "DisablingProtection";

export type TestFailoverState = "None" | "Running" | "WaitingForCompletion" | "MarkedForDeletion";

export type ProtectedItemOperation =
  | "ReverseReplicate"
  | "Commit"
  | "PlannedFailover"
  | "UnplannedFailover"
  | "DisableProtection"
  | "TestFailover"
  | "TestFailoverCleanup"
  | "Failback"
  | "CancelFailover"
  | "ChangePit"
  | "CompleteMigration";
