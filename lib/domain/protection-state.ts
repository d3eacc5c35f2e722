import type { Explanation } from "@/lib/kernel/fault";

/**
 * The words of the service for where a protected machine stands (asr reference 3.1), and THE table of what may be done in
 * which state. API, portal and engine ask it; nobody else decides. Client-safe.
 *
 * `UnprotectedStatesBegin` is what the service reports while initial replication runs; scripts wait for it to change.
 * Compared with the service, ReverseReplicate, Failback, CompleteMigration and CancelFailover are never allowed: nothing
 * stands behind them yet (docs/differences.md).
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
  | "CompleteMigration"
  | "RepairReplication";

/** What the table needs to know of a protected item. Times ISO 8601. */
export interface Standing {
  readonly state: ProtectionState;
  readonly testFailoverState: TestFailoverState;
  /** The job that holds the item, or null. */
  readonly holder: { readonly friendlyName: string; readonly startedAt: string } | null;
  /** When the test failover that is up was started; null when none is. */
  readonly testStartedAt: string | null;
  readonly hasRecoveryPoint: boolean;
  /** Points other than the one that the replica was made from. */
  readonly hasOtherRecoveryPoint: boolean;
}

/** Operations in the order of the service's recordings. Empty while a job holds the item. */
export function allowedOperations(standing: Standing): readonly ProtectedItemOperation[] {
  if (standing.holder !== null) return [];
  return ofState(standing).filter((operation) => lacking(operation, standing) === null);
}

function ofState({ state, testFailoverState }: Standing): readonly ProtectedItemOperation[] {
  switch (testFailoverState) {
    case "Running":
      return [];
    case "WaitingForCompletion":
      return ["TestFailoverCleanup"];
    // Lingers after a test in the service's recordings; it does not stand in the way.
    case "MarkedForDeletion":
    case "None":
      break;
  }
  switch (state) {
    case "UnprotectedStatesBegin":
      return ["DisableProtection"];
    case "Protected":
      return ["PlannedFailover", "UnplannedFailover", "DisableProtection", "TestFailover", "RepairReplication"];
    case "PlannedFailoverFailed":
    case "UnplannedFailoverCompletionFailed":
      return ["PlannedFailover", "UnplannedFailover", "DisableProtection"];
    case "PlannedFailoverCommitRequired":
    case "UnplannedFailoverCommitPendingStatesBegin":
      return ["Commit", "DisableProtection", "ChangePit"];
    case "PlannedFailoverStatesBegin":
    case "UnplannedFailoverStatesBegin":
      return ["DisableProtection"];
    // Their job holds the item. Without a holder the job ended without finishing: only ways out are offered.
    case "PlannedFailoverInitiated":
    case "UnplannedFailoverInitiated":
      return ["UnplannedFailover", "DisableProtection"];
    case "DisablingProtection":
      return ["DisableProtection"];
  }
}

const NEED_A_POINT: readonly ProtectedItemOperation[] = ["UnplannedFailover", "TestFailover", "RepairReplication"];

/** What the operation needs besides the right state, and is not there. */
function lacking(operation: ProtectedItemOperation, standing: Standing): "noPoint" | "noOtherPoint" | null {
  if (NEED_A_POINT.includes(operation) && !standing.hasRecoveryPoint) return "noPoint";
  if (operation === "ChangePit" && !standing.hasOtherRecoveryPoint) return "noOtherPoint";
  return null;
}

/** Whether the replica, not the source, is the machine now. */
export function isFailedOver(state: ProtectionState): boolean {
  switch (state) {
    case "PlannedFailoverCommitRequired":
    case "PlannedFailoverStatesBegin":
    case "UnplannedFailoverCommitPendingStatesBegin":
    case "UnplannedFailoverStatesBegin":
      return true;
    case "UnprotectedStatesBegin":
    case "Protected":
    case "PlannedFailoverInitiated":
    case "PlannedFailoverFailed":
    case "UnplannedFailoverInitiated":
    case "UnplannedFailoverCompletionFailed":
    case "DisablingProtection":
      return false;
  }
}

export function needsCommit(state: ProtectionState): boolean {
  return state === "PlannedFailoverCommitRequired" || state === "UnplannedFailoverCommitPendingStatesBegin";
}

/** The service's protectionStateDescription. A test that is up shows in it, as recorded. */
export function describeState(state: ProtectionState, testFailoverState: TestFailoverState): string {
  if (testFailoverState === "WaitingForCompletion") return "Cleanup test failover pending";
  if (testFailoverState === "Running") return "Test failover in progress";
  switch (state) {
    case "UnprotectedStatesBegin":
      return "Enabling protection";
    case "Protected":
      return "Protected";
    case "PlannedFailoverInitiated":
      return "Planned failover in progress";
    case "PlannedFailoverFailed":
      return "Planned failover failed";
    case "PlannedFailoverCommitRequired":
      return "Planned failover finished";
    case "PlannedFailoverStatesBegin":
      return "Planned failover committed";
    case "UnplannedFailoverInitiated":
      return "Unplanned failover in progress";
    case "UnplannedFailoverCompletionFailed":
      return "Failover couldn't be completed";
    case "UnplannedFailoverCommitPendingStatesBegin":
      return "Failover completed";
    case "UnplannedFailoverStatesBegin":
      return "Unplanned failover committed";
    case "DisablingProtection":
      return "Disabling protection";
  }
}

export function describeTestState(state: TestFailoverState): string {
  switch (state) {
    case "None":
      return "None";
    case "Running":
      return "Test failover in progress";
    case "WaitingForCompletion":
      return "Waiting for user input";
    case "MarkedForDeletion":
      return "Cleaning up test environment";
  }
}

const OPERATION_NAMES: Record<ProtectedItemOperation, string> = {
  ReverseReplicate: "Reverse replication",
  Commit: "Commit",
  PlannedFailover: "Planned failover",
  UnplannedFailover: "Unplanned failover",
  DisableProtection: "Disabling protection",
  TestFailover: "Test failover",
  TestFailoverCleanup: "Completing the test failover",
  Failback: "Failback",
  CancelFailover: "Cancelling the failover",
  ChangePit: "Changing the recovery point",
  CompleteMigration: "Completing the migration",
  RepairReplication: "Resynchronizing",
};

/** Null when the operation is allowed; else why not and what to do. `machineName` as people know it. */
export function explainNotAllowed(
  operation: ProtectedItemOperation,
  standing: Standing,
  machineName: string,
): Explanation | null {
  if (allowedOperations(standing).includes(operation)) return null;
  const { because, cure } = reason(operation, standing);
  return {
    code: `${operation}NotAllowed`,
    message: `${OPERATION_NAMES[operation]} is not possible for ${machineName} now: ${because}.`,
    possibleCauses: `${because.charAt(0).toUpperCase()}${because.slice(1)}.`,
    recommendedAction: cure,
  };
}

function reason(operation: ProtectedItemOperation, standing: Standing): { because: string; cure: string } {
  const { holder, testFailoverState, testStartedAt } = standing;
  if (holder !== null) {
    const since = clockTime(holder.startedAt);
    return {
      because: `the job '${holder.friendlyName}', started at ${since}, is working on it`,
      cure: "Wait for that job to end, or cancel it under Jobs.",
    };
  }
  if (operation === "TestFailoverCleanup" && testFailoverState !== "WaitingForCompletion") {
    return { because: "no test failover is up", cure: "Nothing needs to be completed. Start a test failover first." };
  }
  if (testFailoverState === "WaitingForCompletion") {
    const when = testStartedAt === null ? "" : ` started at ${clockTime(testStartedAt)}`;
    return {
      because: `a test failover${when} is up`,
      cure: "Complete the test failover first: it removes the test machine.",
    };
  }
  if (notBuilt(operation)) {
    return {
      because: "this version does not have it",
      cure: "To replicate from Azure back to the site is later work. Disable protection to start over.",
    };
  }
  return reasonOfState(operation, standing);
}

function notBuilt(operation: ProtectedItemOperation): boolean {
  return ["ReverseReplicate", "Failback", "CancelFailover", "CompleteMigration"].includes(operation);
}

function reasonOfState(operation: ProtectedItemOperation, standing: Standing): { because: string; cure: string } {
  const committing = operation === "Commit" || operation === "ChangePit";
  switch (standing.state) {
    case "UnprotectedStatesBegin":
      return {
        because: "its initial replication has not finished",
        cure: "Wait until the machine is Protected; its page shows the progress.",
      };
    case "Protected":
    case "PlannedFailoverFailed":
    case "UnplannedFailoverCompletionFailed":
    case "PlannedFailoverInitiated":
    case "UnplannedFailoverInitiated":
      if (committing) return { because: "there is no failover to commit", cure: "Fail the machine over first." };
      if (!standing.hasRecoveryPoint)
        return { because: "it has no recovery point yet", cure: "Wait for the first one: its page shows replication." };
      return {
        because: "its last failover was not completed",
        cure: "Run the failover again, or wait for the next recovery point, which makes the machine Protected again.",
      };
    case "PlannedFailoverCommitRequired":
    case "UnplannedFailoverCommitPendingStatesBegin":
      if (operation === "ChangePit")
        return { because: "there is no other recovery point", cure: "Commit the failover with the point it has." };
      return {
        because: "it has failed over and the failover is not committed",
        cure: "Commit the failover, or change its recovery point first.",
      };
    case "PlannedFailoverStatesBegin":
    case "UnplannedFailoverStatesBegin":
      return {
        because: committing ? "its failover has been committed already" : "it runs in Azure since its failover",
        cure: committing
          ? "Nothing: the other recovery points are gone, and the failover stands."
          : "Failing back is later work. Disable protection and protect the machine again to start over.",
      };
    case "DisablingProtection":
      return {
        because: "its protection is being disabled",
        cure: "Wait for the job to end, or disable protection again when it failed.",
      };
  }
}

function clockTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
