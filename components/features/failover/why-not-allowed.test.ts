import { describe, expect, it } from "vitest";
import { whyNotAllowed, type ItemStanding } from "./why-not-allowed";

const item = (properties: Partial<ItemStanding["properties"]>): ItemStanding => ({
  properties: {
    friendlyName: "sql",
    protectionState: "Protected",
    protectionStateDescription: "Protected",
    activeLocation: "Primary",
    testFailoverState: "None",
    allowedOperations: [],
    currentScenario: { scenarioName: "None", jobId: "/x/None", startTime: "1753-01-01T01:01:01Z" },
    failoverRecoveryPointId: null,
    providerSpecificDetails: { instanceType: "HyperVReplicaAzure" },
    ...properties,
  },
});
const scenario = (scenarioName: string) => ({ scenarioName, jobId: "/j/1", startTime: "2026-01-02T03:04:05Z" });

describe("why a command of a protected item is disabled", () => {
  it("believes the service when it allows, whatever the state says", () => {
    const odd = item({ protectionState: "DisablingProtection", allowedOperations: ["TestFailover"] });
    expect(whyNotAllowed("TestFailover", odd, [])).toBeNull();
  });

  it("names the job that holds the item and since when", () => {
    const held = item({ currentScenario: scenario("PlannedFailover") });
    expect(whyNotAllowed("TestFailover", held, null)).toMatch(/'Planned failover', started at 2026-01-02 03:04:05 UTC/);
  });

  it("does not take a test that is up for a job that is running", () => {
    const testing = item({ testFailoverState: "WaitingForCompletion", currentScenario: scenario("TestFailover") });
    expect(whyNotAllowed("PlannedFailover", testing, null)).toMatch(/Complete the test failover first/);
  });

  it("sends a VMware machine to the unplanned failover, which loses nothing either", () => {
    const vmware = item({ providerSpecificDetails: { instanceType: "InMageAzureV2" } });
    expect(whyNotAllowed("PlannedFailover", vmware, null)).toMatch(
      /^VMware machines fail over to Azure without a planned failover\. Use the unplanned failover/,
    );
    // The provider says nothing about the other commands: a job that holds the machine does.
    const held = item({ ...vmware.properties, currentScenario: scenario("TestFailover") });
    expect(whyNotAllowed("PlannedFailover", held, null)).toMatch(/'Test failover', started at/);
  });

  it("knows that there is no other point to change to, but only once the points were read", () => {
    const pending = item({
      protectionState: "PlannedFailoverCommitRequired",
      activeLocation: "Recovery",
      failoverRecoveryPointId: "/P/ONE",
      allowedOperations: ["Commit"],
    });
    expect(whyNotAllowed("ChangePit", pending, ["/p/one"])).toMatch(/no other recovery point/);
    expect(whyNotAllowed("ChangePit", pending, null)).not.toMatch(/no other recovery point/);
  });

  it("still gives a reason in a state of a newer server", () => {
    expect(whyNotAllowed("Commit", item({ protectionState: "Levitating" }), null)).toMatch(/Not possible while/);
  });
});
