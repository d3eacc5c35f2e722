import { describe, expect, it } from "vitest";
import {
  allowedOperations,
  describeState,
  explainNotAllowed,
  isFailedBack,
  isFailedOver,
  PROTECTION_STATES,
  replicationDirection,
  type ActiveLocation,
  type ProtectedItemOperation,
  type ProtectionState,
  type Standing,
} from "./protection-state";

const standing = (changes: Partial<Standing> = {}): Standing => ({
  provider: "HyperVReplicaAzure",
  state: "Protected",
  activeLocation: "Primary",
  testFailoverState: "None",
  holder: null,
  testStartedAt: null,
  hasRecoveryPoint: true,
  hasOtherRecoveryPoint: true,
  ...changes,
});
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

const LOCATIONS: readonly ActiveLocation[] = ["Primary", "Recovery"];
const everywhere = PROTECTION_STATES.flatMap((state) => LOCATIONS.map((activeLocation) => ({ state, activeLocation })));

/** The whole table, state by state: what is allowed while the site is active, and while Azure is. */
const TABLE: Record<ProtectionState, readonly [string, string]> = {
  UnprotectedStatesBegin: ["DisableProtection", "DisableProtection"],
  Protected: [
    "PlannedFailover UnplannedFailover DisableProtection TestFailover RepairReplication",
    "DisableProtection",
  ],
  PlannedFailoverInitiated: ["UnplannedFailover DisableProtection", "DisableProtection Failback"],
  PlannedFailoverFailed: [
    "PlannedFailover UnplannedFailover DisableProtection",
    "CompleteMigration DisableProtection Failback",
  ],
  PlannedFailoverCommitRequired: [
    "Commit DisableProtection",
    "CompleteMigration Commit DisableProtection ChangePit CancelFailover",
  ],
  PlannedFailoverStatesBegin: ["ReverseReplicate DisableProtection", "CompleteMigration DisableProtection Failback"],
  UnplannedFailoverInitiated: ["UnplannedFailover DisableProtection", "DisableProtection"],
  UnplannedFailoverCompletionFailed: ["PlannedFailover UnplannedFailover DisableProtection", "DisableProtection"],
  UnplannedFailoverCommitPendingStatesBegin: [
    "Commit DisableProtection",
    "CompleteMigration Commit DisableProtection ChangePit CancelFailover",
  ],
  UnplannedFailoverStatesBegin: ["ReverseReplicate DisableProtection", "CompleteMigration DisableProtection Failback"],
  ReprotectInitiated: ["ReverseReplicate DisableProtection", "DisableProtection"],
  DisablingProtection: ["DisableProtection", "DisableProtection"],
};

describe("the state table", () => {
  it.each(everywhere)("says what may be done in $state while $activeLocation is active", (where) => {
    const cell = TABLE[where.state][where.activeLocation === "Primary" ? 0 : 1];
    for (const operation of OPERATIONS) {
      const isAllowed = allowedOperations(standing(where)).includes(operation);
      expect([operation, isAllowed]).toEqual([operation, cell.split(" ").includes(operation)]);
    }
  });

  // Rows of the reference (3.1). CancelFailover is of a later interface of the service, RepairReplication of ours.
  it.each([
    ["steady", standing(), ["PlannedFailover", "UnplannedFailover", "DisableProtection", "TestFailover"]],
    ["test up", standing({ testFailoverState: "WaitingForCompletion" }), ["TestFailoverCleanup"]],
    [
      "planned done",
      standing({ state: "PlannedFailoverCommitRequired", activeLocation: "Recovery" }),
      ["CompleteMigration", "Commit", "DisableProtection", "ChangePit"],
    ],
    [
      "unplanned done",
      standing({ state: "UnplannedFailoverCommitPendingStatesBegin", activeLocation: "Recovery" }),
      ["CompleteMigration", "Commit", "DisableProtection", "ChangePit"],
    ],
    [
      "committed",
      standing({ state: "PlannedFailoverStatesBegin", activeLocation: "Recovery" }),
      ["CompleteMigration", "DisableProtection", "Failback"],
    ],
  ])("lists for '%s' what the reference lists, in its order", (_, given, allowed) => {
    const ours: readonly string[] = ["CancelFailover", "RepairReplication"];
    expect(allowedOperations(given).filter((operation) => !ours.includes(operation))).toEqual(allowed);
  });

  it("describes the states in the service's words, and tells the way back from the way there", () => {
    const described = (state: ProtectionState, activeLocation: ActiveLocation, test: "None" | "WaitingForCompletion") =>
      describeState({ state, activeLocation }, test);
    expect(described("Protected", "Primary", "None")).toBe("Protected");
    expect(described("Protected", "Primary", "WaitingForCompletion")).toBe("Cleanup test failover pending");
    expect(described("PlannedFailoverCommitRequired", "Recovery", "None")).toBe("Planned failover finished");
    expect(described("UnplannedFailoverCommitPendingStatesBegin", "Recovery", "None")).toBe("Failover completed");
    expect(described("PlannedFailoverStatesBegin", "Recovery", "None")).toBe("Planned failover committed");
    expect(described("PlannedFailoverInitiated", "Primary", "None")).toBe("Planned failover in progress");
    expect(described("PlannedFailoverInitiated", "Recovery", "None")).toBe("Failback in progress");
    expect(described("PlannedFailoverFailed", "Recovery", "None")).toBe("Failback failed");
    expect(described("PlannedFailoverCommitRequired", "Primary", "None")).toBe("Failback finished");
    expect(described("PlannedFailoverStatesBegin", "Primary", "None")).toBe("Failback committed");
  });

  it("says of every state where the machine is, and never both", () => {
    for (const where of everywhere) {
      expect(isFailedOver(where) && isFailedBack(where)).toBe(false);
      expect(replicationDirection(where)).toBe(
        where.activeLocation === "Primary" ? "PrimaryToRecovery" : "RecoveryToPrimary",
      );
      expect(describeState(where, "None").length).toBeGreaterThan(5);
    }
    expect(isFailedOver({ state: "PlannedFailoverStatesBegin", activeLocation: "Primary" })).toBe(false);
    expect(isFailedBack({ state: "PlannedFailoverStatesBegin", activeLocation: "Primary" })).toBe(true);
    expect(isFailedBack({ state: "Protected", activeLocation: "Primary" })).toBe(false);
  });

  it("allows nothing while a job holds the item", () => {
    const holder = { friendlyName: "Test failover", startedAt: "2026-01-05T08:00:00.000Z" };
    for (const where of everywhere) expect(allowedOperations(standing({ ...where, holder }))).toEqual([]);
  });

  it("leaves no state without a way out", () => {
    for (const where of everywhere) expect(allowedOperations(standing(where))).not.toEqual([]);
  });

  it("explains every operation that is not allowed, in every state, with cause and cure", () => {
    for (const where of everywhere) {
      for (const testFailoverState of ["None", "Running", "WaitingForCompletion"] as const) {
        for (const operation of OPERATIONS) {
          const given = standing({ ...where, testFailoverState });
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
    const alone = standing({
      state: "PlannedFailoverCommitRequired",
      activeLocation: "Recovery",
      hasOtherRecoveryPoint: false,
    });
    expect(explainNotAllowed("ChangePit", alone, "SQL")?.message).toContain("no other recovery point");
  });

  it.each([
    ["Failback", "PlannedFailoverCommitRequired", "Recovery", /not committed/],
    ["Failback", "Protected", "Primary", /runs at its site/],
    ["ReverseReplicate", "PlannedFailoverStatesBegin", "Recovery", /runs in Azure/],
    ["ReverseReplicate", "PlannedFailoverCommitRequired", "Primary", /failback is not committed/],
    ["CancelFailover", "PlannedFailoverStatesBegin", "Recovery", /committed already/],
    ["PlannedFailover", "PlannedFailoverStatesBegin", "Primary", /nothing is replicated since its failback/],
    ["ChangePit", "PlannedFailoverCommitRequired", "Primary", /has come back from Azure/],
  ] as const)("says why %s is not possible in %s at %s", (operation, state, activeLocation, why) => {
    expect(explainNotAllowed(operation, standing({ state, activeLocation }), "SQL")?.message).toMatch(why);
  });
});

describe("a VMware machine", () => {
  const vmware = (changes: Partial<Standing> = {}) => standing({ provider: "InMageAzureV2", ...changes });

  it("has no planned failover to Azure, and the reason names the way that loses nothing either", () => {
    expect(allowedOperations(vmware())).toEqual([
      "UnplannedFailover",
      "DisableProtection",
      "TestFailover",
      "RepairReplication",
    ]);
    expect(explainNotAllowed("PlannedFailover", vmware(), "ERP")).toMatchObject({
      code: "PlannedFailoverNotAllowed",
      message: expect.stringContaining("without a planned failover") as string,
      recommendedAction: expect.stringContaining("shut the source down") as string,
    });
  });

  it("has every other operation wherever a Hyper-V machine has it", () => {
    for (const whereabouts of everywhere) {
      const others = allowedOperations(standing(whereabouts)).filter((operation) => operation !== "PlannedFailover");
      expect(allowedOperations(vmware(whereabouts))).toEqual(others);
    }
  });
});
