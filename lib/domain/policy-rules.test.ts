import { describe, expect, it } from "vitest";
import { completePolicy, policyProblem } from "./policy-rules";

const nothing = {
  provider: "HyperVReplicaAzure" as const,
  replicationIntervalSeconds: null,
  recoveryPointHistoryHours: null,
  applicationConsistentFrequencyHours: null,
  crashConsistentFrequencyMinutes: null,
  recoveryPointThresholdMinutes: null,
};
const settings = (interval: number, history: number, snapshots: number) => ({
  provider: "HyperVReplicaAzure" as const,
  replicationIntervalSeconds: interval,
  recoveryPointHistoryHours: history,
  applicationConsistentFrequencyHours: snapshots,
  crashConsistentFrequencyMinutes: null,
  recoveryPointThresholdMinutes: null,
});
const target = (...values: [number, number, number]) =>
  policyProblem(settings(...values))
    ?.target.split(".")
    .at(-1);

describe("replication policies", () => {
  it("have the service's defaults for what is not said", () => {
    expect(completePolicy(nothing)).toEqual(settings(300, 2, 1));
  });

  it("take no snapshots by default where no points are kept, so that the default is allowed", () => {
    const completed = completePolicy({ ...nothing, recoveryPointHistoryHours: 0 });
    expect(completed.applicationConsistentFrequencyHours).toBe(0);
    expect(policyProblem(completed)).toBeNull();
  });

  it.each([
    [30, 0, 0],
    [300, 24, 12],
    [900, 1, 1],
    [30, 24, 0],
  ])("allow every %d s, %d h of points, snapshots every %d h", (...values) => {
    expect(policyProblem(settings(...values))).toBeNull();
  });

  it("name the property that breaks a rule", () => {
    expect(target(60, 2, 1)).toBe("replicationInterval");
    expect(target(30, 25, 1)).toBe("recoveryPointHistoryDuration");
    expect(target(30, -1, 0)).toBe("recoveryPointHistoryDuration");
    expect(target(30, 1.5, 0)).toBe("recoveryPointHistoryDuration");
    expect(target(30, 24, 13)).toBe("applicationConsistentSnapshotFrequencyInHours");
  });

  it("explain the combinations that the service answers with a bare 150261", () => {
    expect(policyProblem(settings(30, 0, 1))?.explanation.possibleCauses).toContain("latest recovery point only");
    expect(policyProblem(settings(30, 2, 4))?.explanation.recommendedAction).toContain("every 2 hours");
    expect(target(30, 2, 4)).toBe("applicationConsistentSnapshotFrequencyInHours");
  });
});

describe("replication policies of VMware machines", () => {
  const vmware = completePolicy({ ...nothing, provider: "InMageAzureV2" });
  const targetOf = (changes: Partial<typeof vmware>) =>
    policyProblem({ ...vmware, ...changes })
      ?.target.split(".")
      .at(-1);

  it("replicate all the time, keep a point every five minutes for a day, and warn from a quarter of an hour on", () => {
    expect(vmware).toEqual({
      provider: "InMageAzureV2",
      replicationIntervalSeconds: 5,
      recoveryPointHistoryHours: 24,
      applicationConsistentFrequencyHours: 1,
      crashConsistentFrequencyMinutes: 5,
      recoveryPointThresholdMinutes: 15,
    });
    expect(policyProblem(vmware)).toBeNull();
  });

  it("take no interval: there is none", () => {
    const given = { ...nothing, provider: "InMageAzureV2" as const, replicationIntervalSeconds: 300 };
    expect(completePolicy(given).replicationIntervalSeconds).toBe(5);
  });

  it("keep points for three days at most, and say so in their own unit", () => {
    expect(targetOf({ recoveryPointHistoryHours: 72 })).toBeUndefined();
    expect(targetOf({ recoveryPointHistoryHours: 73 })).toBe("recoveryPointHistory");
    const problem = policyProblem({ ...vmware, recoveryPointHistoryHours: 73 });
    expect(problem?.explanation.recommendedAction).toContain("4320");
  });

  it.each([
    [{ crashConsistentFrequencyMinutes: 0 }, "crashConsistentFrequencyInMinutes"],
    [{ crashConsistentFrequencyMinutes: 61 }, "crashConsistentFrequencyInMinutes"],
    [{ crashConsistentFrequencyMinutes: 2.5 }, "crashConsistentFrequencyInMinutes"],
    [{ recoveryPointThresholdMinutes: 0 }, "recoveryPointThresholdInMinutes"],
    [{ recoveryPointThresholdMinutes: 1441 }, "recoveryPointThresholdInMinutes"],
    [{ applicationConsistentFrequencyHours: 13 }, "appConsistentFrequencyInMinutes"],
    [{ recoveryPointHistoryHours: 0 }, "appConsistentFrequencyInMinutes"],
  ])("refuse %o at the property of the request", (changes, property) => {
    expect(targetOf(changes)).toBe(property);
  });
});
