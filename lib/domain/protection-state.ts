import type { Explanation } from "@/lib/kernel/fault";
import { clockTime } from "./clock-time";
import type { ReplicationProvider } from "./replication-provider";

/**
 * The words of the service for where a protected machine stands (asr reference 3.1), and THE table of what may be done in
 * which state. API, portal and engine ask it; nobody else decides. Client-safe.
 *
 * A planned failover has the same words both ways; the active location tells them apart, as it does in the service:
 *
 *                                     Primary is active              Recovery is active
 *   PlannedFailoverInitiated          on its way to Azure            on its way back
 *   PlannedFailoverFailed             did not get to Azure           did not get back
 *   PlannedFailoverCommitRequired     has come back                  has gone to Azure
 *   PlannedFailoverStatesBegin        back, and committed            in Azure, and committed
 *
 * `UnprotectedStatesBegin` is what the service reports while initial replication runs; scripts wait for it to change.
 * `ReprotectInitiated` is the word of a sibling of the service (reference 3.1): no recording of ours shows what this one says.
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
  | "ReprotectInitiated"
  | "DisablingProtection";

export const PROTECTION_STATES: readonly ProtectionState[] = [
  "UnprotectedStatesBegin",
  "Protected",
  "PlannedFailoverInitiated",
  "PlannedFailoverFailed",
  "PlannedFailoverCommitRequired",
  "PlannedFailoverStatesBegin",
  "UnplannedFailoverInitiated",
  "UnplannedFailoverCompletionFailed",
  "UnplannedFailoverCommitPendingStatesBegin",
  "UnplannedFailoverStatesBegin",
  "ReprotectInitiated",
  "DisablingProtection",
];

export type ActiveLocation = "Primary" | "Recovery";

/** Where the machine is, and where what it writes goes. */
export interface Whereabouts {
  readonly state: ProtectionState;
  readonly activeLocation: ActiveLocation;
}

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
export interface Standing extends Whereabouts {
  readonly provider: ReplicationProvider;
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
  return ofState(standing).filter(
    (operation) => isOffered(operation, standing) && lacking(operation, standing) === null,
  );
}

/** The service offers VMware machines no planned failover to Azure (asr reference 3.1, as recorded). */
function isOffered(operation: ProtectedItemOperation, { provider }: Standing): boolean {
  return operation !== "PlannedFailover" || provider !== "InMageAzureV2";
}

function ofState(standing: Standing): readonly ProtectedItemOperation[] {
  switch (standing.testFailoverState) {
    case "Running":
      return [];
    case "WaitingForCompletion":
      return ["TestFailoverCleanup"];
    // Lingers after a test in the service's recordings; it does not stand in the way.
    case "MarkedForDeletion":
    case "None":
      break;
  }
  return standing.activeLocation === "Primary" ? atPrimary(standing.state) : atRecovery(standing.state);
}

function atPrimary(state: ProtectionState): readonly ProtectedItemOperation[] {
  switch (state) {
    case "UnprotectedStatesBegin":
      return ["DisableProtection"];
    case "Protected":
      return ["PlannedFailover", "UnplannedFailover", "DisableProtection", "TestFailover", "RepairReplication"];
    case "PlannedFailoverFailed":
    case "UnplannedFailoverCompletionFailed":
      return ["PlannedFailover", "UnplannedFailover", "DisableProtection"];
    // Their job holds the item. Without a holder the job ended without finishing: only ways out are offered.
    case "PlannedFailoverInitiated":
    case "UnplannedFailoverInitiated":
      return ["UnplannedFailover", "DisableProtection"];
    // Failed back. The recovery points of the replica are not offered: the source is the machine again.
    case "PlannedFailoverCommitRequired":
    case "UnplannedFailoverCommitPendingStatesBegin":
      return ["Commit", "DisableProtection"];
    case "PlannedFailoverStatesBegin":
    case "UnplannedFailoverStatesBegin":
    case "ReprotectInitiated":
      return ["ReverseReplicate", "DisableProtection"];
    case "DisablingProtection":
      return ["DisableProtection"];
  }
}

function atRecovery(state: ProtectionState): readonly ProtectedItemOperation[] {
  switch (state) {
    case "PlannedFailoverCommitRequired":
    case "UnplannedFailoverCommitPendingStatesBegin":
      return ["CompleteMigration", "Commit", "DisableProtection", "ChangePit", "CancelFailover"];
    case "PlannedFailoverStatesBegin":
    case "UnplannedFailoverStatesBegin":
    case "PlannedFailoverFailed":
      return ["CompleteMigration", "DisableProtection", "Failback"];
    // A failback whose job ended without finishing.
    case "PlannedFailoverInitiated":
      return ["DisableProtection", "Failback"];
    // Nothing leads to these while Azure is active; whoever is in them after all can get out.
    case "UnprotectedStatesBegin":
    case "Protected":
    case "UnplannedFailoverInitiated":
    case "UnplannedFailoverCompletionFailed":
    case "ReprotectInitiated":
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
export function isFailedOver({ state, activeLocation }: Whereabouts): boolean {
  return activeLocation === "Recovery" && state !== "DisablingProtection";
}

/** Whether the machine has come back to its site and nothing is replicated from there yet. */
export function isFailedBack({ state, activeLocation }: Whereabouts): boolean {
  if (activeLocation === "Recovery") return false;
  return needsCommit(state) || state === "PlannedFailoverStatesBegin" || state === "UnplannedFailoverStatesBegin";
}

export function needsCommit(state: ProtectionState): boolean {
  return state === "PlannedFailoverCommitRequired" || state === "UnplannedFailoverCommitPendingStatesBegin";
}

export type ReplicationDirection = "PrimaryToRecovery" | "RecoveryToPrimary";

/** Which way the machine's data goes, or would go next: to Azure while the site is active, and back while Azure is. */
export function replicationDirection({ activeLocation }: Pick<Whereabouts, "activeLocation">): ReplicationDirection {
  return activeLocation === "Primary" ? "PrimaryToRecovery" : "RecoveryToPrimary";
}

/** The service's protectionStateDescription. A test that is up shows in it, as recorded; the words of the way back are ours. */
export function describeState(whereabouts: Whereabouts, testFailoverState: TestFailoverState): string {
  if (testFailoverState === "WaitingForCompletion") return "Cleanup test failover pending";
  if (testFailoverState === "Running") return "Test failover in progress";
  const { state } = whereabouts;
  if (isBack(whereabouts)) return DESCRIPTIONS_BACK[state] ?? DESCRIPTIONS[state];
  return DESCRIPTIONS[state];
}

/** A planned failover from Azure to the site, in any of its states. */
function isBack({ state, activeLocation }: Whereabouts): boolean {
  const isUnderway = state === "PlannedFailoverInitiated" || state === "PlannedFailoverFailed";
  return isUnderway === (activeLocation === "Recovery");
}

const DESCRIPTIONS: Record<ProtectionState, string> = {
  UnprotectedStatesBegin: "Enabling protection",
  Protected: "Protected",
  PlannedFailoverInitiated: "Planned failover in progress",
  PlannedFailoverFailed: "Planned failover failed",
  PlannedFailoverCommitRequired: "Planned failover finished",
  PlannedFailoverStatesBegin: "Planned failover committed",
  UnplannedFailoverInitiated: "Unplanned failover in progress",
  UnplannedFailoverCompletionFailed: "Failover couldn't be completed",
  UnplannedFailoverCommitPendingStatesBegin: "Failover completed",
  UnplannedFailoverStatesBegin: "Unplanned failover committed",
  ReprotectInitiated: "Reverse replication in progress",
  DisablingProtection: "Disabling protection",
};

const DESCRIPTIONS_BACK: Partial<Record<ProtectionState, string>> = {
  PlannedFailoverInitiated: "Failback in progress",
  PlannedFailoverFailed: "Failback failed",
  PlannedFailoverCommitRequired: "Failback finished",
  PlannedFailoverStatesBegin: "Failback committed",
};

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
  if (testFailoverState === "Running") {
    return {
      because: "its test failover did not come up yet",
      cure: "Wait for its job to end, or restart it under Jobs.",
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
  if (standing.state === "DisablingProtection") {
    return {
      because: "its protection is being disabled",
      cure: "Wait for the job to end, or disable protection again when it failed.",
    };
  }
  return standing.activeLocation === "Primary"
    ? reasonAtPrimary(operation, standing)
    : reasonAtRecovery(operation, standing);
}

const BACKWARDS: readonly ProtectedItemOperation[] = ["Failback", "CancelFailover", "CompleteMigration"];
const COMMITTING: readonly ProtectedItemOperation[] = ["Commit", "ChangePit"];

function reasonAtPrimary(operation: ProtectedItemOperation, standing: Standing): { because: string; cure: string } {
  const { state } = standing;
  if (isFailedBack(standing)) return reasonFailedBack(operation, state);
  if (!isOffered(operation, standing)) {
    return {
      because: "VMware machines fail over to Azure without a planned failover",
      cure: "Use the unplanned failover and let it shut the source down first: then nothing is lost either.",
    };
  }
  if (BACKWARDS.includes(operation))
    return { because: "it runs at its site", cure: "Only a machine that has failed over to Azure has this way." };
  if (state === "ReprotectInitiated") {
    return {
      because: "its reverse replication has not finished",
      cure: "Wait for the next recovery point, or start reverse replication again.",
    };
  }
  if (operation === "ReverseReplicate")
    return { because: "it has not been failed back", cure: "Its site is replicated already, or will be." };
  if (state === "UnprotectedStatesBegin") {
    return {
      because: "its initial replication has not finished",
      cure: "Wait until the machine is Protected; its page shows the progress.",
    };
  }
  if (COMMITTING.includes(operation))
    return { because: "there is no failover to commit", cure: "Fail the machine over first." };
  if (!standing.hasRecoveryPoint)
    return { because: "it has no recovery point yet", cure: "Wait for the first one: its page shows replication." };
  return {
    because: "its last failover was not completed",
    cure: "Run the failover again, or wait for the next recovery point, which makes the machine Protected again.",
  };
}

function reasonFailedBack(
  operation: ProtectedItemOperation,
  state: ProtectionState,
): { because: string; cure: string } {
  if (needsCommit(state)) {
    return operation === "ReverseReplicate"
      ? { because: "the failback is not committed", cure: "Commit the failback first." }
      : {
          because: "it has come back from Azure and the failback is not committed",
          cure: "Commit the failback, then start reverse replication.",
        };
  }
  return {
    because:
      operation === "Commit" ? "the failback has been committed already" : "nothing is replicated since its failback",
    cure: "Start reverse replication: it makes the machine Protected again.",
  };
}

function reasonAtRecovery(operation: ProtectedItemOperation, standing: Standing): { because: string; cure: string } {
  const { state } = standing;
  if (needsCommit(state)) {
    if (operation === "ChangePit")
      return { because: "there is no other recovery point", cure: "Commit the failover with the point it has." };
    return {
      because: "it has failed over and the failover is not committed",
      cure: "Commit the failover, change its recovery point, or cancel it.",
    };
  }
  if (operation === "ReverseReplicate")
    return { because: "it runs in Azure", cure: "Fail it back and commit the failback first." };
  if (state === "PlannedFailoverInitiated") {
    return { because: "its failback was not completed", cure: "Run the failback again." };
  }
  if (COMMITTING.includes(operation) || operation === "CancelFailover") {
    return {
      because: "its failover has been committed already",
      cure:
        operation === "CancelFailover"
          ? "Fail the machine back instead: it keeps what was written in Azure."
          : "Nothing: the other recovery points are gone, and the failover stands.",
    };
  }
  return {
    because: "it runs in Azure since its failover",
    cure: "Fail it back, or complete the migration when it is to stay in Azure.",
  };
}
