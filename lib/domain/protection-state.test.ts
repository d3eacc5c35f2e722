import { describe, expect, it } from "vitest";
import {
  allowedOperations,
  describeState,
  explainNotAllowed,
  type ProtectedItemOperation,
  type ProtectionState,
  type Standing,
} from "./protection-state";

const standing = (changes: Partial<Standing> = {}): Standing => ({
  state: "Protected",
  testFailoverState: "None",
  holder: null,
  testStartedAt: null,
  hasRecoveryPoint: true,
  hasOtherRecoveryPoint: true,
  ...changes,
});
const STATES: readonly ProtectionState[] = [
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
  "DisablingProtection",
];
const OPERATIONS: readonly ProtectedItemOperation[] = [
  "ReverseReplicate",
  "Commit",
  "PlannedFailover",
  "UnplannedFailover",
  "DisableProtection",
  "TestFailover",
  "TestFailoverCleanup",
  "Failback",
  "CancelFailover",
  "ChangePit",
  "CompleteMigration",
  "RepairReplication",
];

describe("the state table", () => {
  // Rows of the reference (3.1), less CompleteMigration and Failback, behind which nothing stands yet.
  it.each([
    ["enabling", standing({ state: "UnprotectedStatesBegin", hasRecoveryPoint: false }), ["DisableProtection"]],
    [
      "steady",
      standing(),
      ["PlannedFailover", "UnplannedFailover", "DisableProtection", "TestFailover", "RepairReplication"],
    ],
    ["test up", standing({ testFailoverState: "WaitingForCompletion" }), ["TestFailoverCleanup"]],
    [
      "planned done",
      standing({ state: "PlannedFailoverCommitRequired" }),
      ["Commit", "DisableProtection", "ChangePit"],
    ],
    [
      "unplanned done",
      standing({ state: "UnplannedFailoverCommitPendingStatesBegin" }),
      ["Commit", "DisableProtection", "ChangePit"],
    ],
    ["committed", standing({ state: "PlannedFailoverStatesBegin" }), ["DisableProtection"]],
  ])("says for '%s' what the reference says", (_, given, allowed) => {
    expect(allowedOperations(given)).toEqual(allowed);
  });

  it("describes the states in the service's words", () => {
    expect(describeState("Protected", "None")).toBe("Protected");
    expect(describeState("Protected", "WaitingForCompletion")).toBe("Cleanup test failover pending");
    expect(describeState("PlannedFailoverCommitRequired", "None")).toBe("Planned failover finished");
    expect(describeState("UnplannedFailoverCommitPendingStatesBegin", "None")).toBe("Failover completed");
    expect(describeState("PlannedFailoverStatesBegin", "None")).toBe("Planned failover committed");
  });

  it("allows nothing while a job holds the item, and never what has nothing behind it", () => {
    const holder = { friendlyName: "Test failover", startedAt: "2026-01-05T08:00:00.000Z" };
    for (const state of STATES) {
      expect(allowedOperations(standing({ state, holder }))).toEqual([]);
      for (const operation of ["ReverseReplicate", "Failback", "CancelFailover", "CompleteMigration"] as const) {
        expect(allowedOperations(standing({ state }))).not.toContain(operation);
      }
    }
  });

  it("leaves no state without a way out", () => {
    for (const state of STATES) expect(allowedOperations(standing({ state }))).not.toEqual([]);
  });

  it("explains every operation that is not allowed, in every state, with cause and cure", () => {
    for (const state of STATES) {
      for (const testFailoverState of ["None", "WaitingForCompletion"] as const) {
        for (const operation of OPERATIONS) {
          const given = standing({ state, testFailoverState });
          const explained = explainNotAllowed(operation, given, "SQL");
          expect(explained === null).toBe(allowedOperations(given).includes(operation));
          if (explained === null) continue;
          expect(explained.code).toBe(`${operation}NotAllowed`);
          expect(explained.message).toContain("SQL");
          expect(explained.recommendedAction.length).toBeGreaterThan(10);
        }
      }
    }
  });

  it("names the job that holds the item and since when", () => {
    const holder = { friendlyName: "Planned failover", startedAt: "2026-01-05T08:00:07.000Z" };
    const explained = explainNotAllowed("TestFailover", standing({ holder }), "SQL");
    expect(explained?.message).toContain("'Planned failover', started at 2026-01-05 08:00:07 UTC");
  });

  it("asks for a recovery point before a failover, and for another one before changing it", () => {
    expect(allowedOperations(standing({ hasRecoveryPoint: false }))).toEqual(["PlannedFailover", "DisableProtection"]);
    const alone = standing({ state: "PlannedFailoverCommitRequired", hasOtherRecoveryPoint: false });
    expect(explainNotAllowed("ChangePit", alone, "SQL")?.message).toContain("no other recovery point");
  });
});
