import { describe, expect, it } from "vitest";
import { completePolicy, policyProblem } from "./policy-rules";

const nothing = {
  replicationIntervalSeconds: null,
  recoveryPointHistoryHours: null,
  applicationConsistentFrequencyHours: null,
};
const settings = (interval: number, history: number, snapshots: number) => ({
  replicationIntervalSeconds: interval,
  recoveryPointHistoryHours: history,
  applicationConsistentFrequencyHours: snapshots,
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
