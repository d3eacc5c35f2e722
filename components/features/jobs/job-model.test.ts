import { describe, expect, it } from "vitest";
import type { AsrTask, JobErrorWire, ReplicationJobResource } from "@/lib/contract/replication-jobs";
import { allErrors, jobActionReason, realTime, stateText, stepRows, waitingAction } from "./job-model";

const job = (properties: Partial<ReplicationJobResource["properties"]>): ReplicationJobResource => ({
  id: "/j/1",
  name: "1",
  status: "Failed",
  error: null,
  startTime: "",
  endTime: null,
  properties: {
    activityId: "1",
    scenarioName: "TestFailover",
    friendlyName: "Test failover",
    state: "Failed",
    stateDescription: "Failed",
    tasks: [],
    errors: [],
    startTime: "",
    endTime: null,
    allowedActions: [],
    targetObjectId: "/i",
    targetObjectName: "i",
    targetInstanceType: "ProtectionEntity",
    customDetails: { instanceType: "AsrJobDetails", affectedObjectDetails: {} },
    ...properties,
  },
});
const task = (friendlyName: string, change: Partial<AsrTask> = {}): AsrTask => ({
  taskId: friendlyName,
  name: friendlyName,
  friendlyName,
  startTime: "",
  endTime: "",
  allowedActions: [],
  state: "Succeeded",
  stateDescription: "Completed",
  taskType: friendlyName,
  customDetails: { instanceType: "TaskDetails" },
  groupTaskCustomDetails: null,
  errors: [],
  ...change,
});
const group = (name: string, ...childTasks: AsrTask[]) =>
  task(name, { groupTaskCustomDetails: { instanceType: "RecoveryPlanGroupTaskDetails", childTasks } });
const error = (code: string, message: string): JobErrorWire => ({
  serviceErrorDetails: { code, message, possibleCauses: "", recommendedAction: "", activityId: "" },
  providerErrorDetails: null,
  errorLevel: "Error",
  creationTime: "",
  taskId: null,
});

describe("a job as its page shows it", () => {
  it("flattens groups within groups in the order in which they run", () => {
    const rows = stepRows([task("a"), group("g", group("g1", task("g1a")), task("g2")), task("z")]);
    expect(rows.map((row) => `${row.depth}${row.task.friendlyName}${row.isGroup ? "*" : ""}`)).toEqual([
      "0a",
      "0g*",
      "1g1*",
      "2g1a",
      "1g2",
      "0z",
    ]);
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });

  it("shows an error once although the service sends it at the step and at the job", () => {
    const nested = group("g", task("s", { errors: [error("DiskFull", "The disk is full."), error("B", "b")] }));
    const shown = allErrors(job({ errors: [error("DiskFull", "The disk is full.")], tasks: [nested] }));
    expect(shown.map((one) => one.code)).toEqual(["DiskFull", "B"]);
  });

  it("finds the manual action that waits, not one that is done, however deep it lies", () => {
    const action = (name: string, state: string) =>
      task(name, {
        state,
        customDetails: { instanceType: "ManualActionTaskDetails", name, instructions: `do ${name}` },
      });
    const tasks = [group("g", action("first", "Succeeded"), action("second", "Suspended"))];
    expect(waitingAction(job({ state: "Suspended", tasks }))).toEqual({
      taskId: "second",
      name: "second",
      instructions: "do second",
      facts: {},
    });
    expect(waitingAction(job({ tasks: [action("first", "Succeeded")] }))).toBeNull();
  });

  it("takes the service's empty times for what they are, and spells states", () => {
    expect(realTime("0001-01-01T00:00:00")).toBeNull();
    expect(realTime("1753-01-01T01:01:01Z")).toBeNull();
    expect(realTime("2026-01-01T00:00:00Z")).not.toBeNull();
    expect(stateText("SomethingVeryNew")).toBe("Something very new");
  });

  it("gives a reason for exactly the actions that are not allowed", () => {
    expect(jobActionReason("Restart", job({ allowedActions: ["Restart"] }))).toBeNull();
    expect(jobActionReason("Cancel", job({ allowedActions: ["Restart"] }))).toMatch(/already ended/);
    expect(jobActionReason("Restart", job({ state: "InProgress", allowedActions: ["Cancel"] }))).toMatch(/failed/);
  });
});
