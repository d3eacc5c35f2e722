import { describe, expect, it } from "vitest";
import { JobView } from "@/lib/client/views/job";
import { allErrors, jobActionReason, realTime, stateText, stepRows, waitingAction } from "./job-model";

const job = (properties: Record<string, unknown>): JobView =>
  JobView.parse({
    id: "/j/1",
    name: "1",
    properties: { scenarioName: "TestFailover", state: "Failed", ...properties },
  });
const error = (code: string, message: string) => ({ serviceErrorDetails: { code, message }, errorLevel: "Error" });

describe("a job as its page shows it", () => {
  it("flattens groups within groups in the order in which they run", () => {
    const rows = stepRows([
      { friendlyName: "a" },
      {
        friendlyName: "g",
        groupTaskCustomDetails: {
          childTasks: [
            { friendlyName: "g1", groupTaskCustomDetails: { childTasks: [{ friendlyName: "g1a" }] } },
            { friendlyName: "g2" },
          ],
        },
      },
      { friendlyName: "z" },
    ]);
    expect(rows.map((row) => `${row.depth}${row.task.friendlyName ?? ""}${row.isGroup ? "*" : ""}`)).toEqual([
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
    const nested = {
      groupTaskCustomDetails: { childTasks: [{ errors: [error("DiskFull", "The disk is full."), error("B", "b")] }] },
    };
    const shown = allErrors(job({ errors: [error("DiskFull", "The disk is full.")], tasks: [nested] }));
    expect(shown.map((one) => one.code)).toEqual(["DiskFull", "B"]);
  });

  it("finds the manual action that waits, not one that is done, however deep it lies", () => {
    const action = (name: string, state: string) => ({
      state,
      customDetails: { instanceType: "ManualActionTaskDetails", name, instructions: `do ${name}` },
    });
    const tasks = [
      { groupTaskCustomDetails: { childTasks: [action("first", "Succeeded"), action("second", "Suspended")] } },
    ];
    expect(waitingAction(job({ state: "Suspended", tasks }))).toEqual({ name: "second", instructions: "do second" });
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
