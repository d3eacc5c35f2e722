import { describe, expect, it } from "vitest";
import type { AsrTask } from "@/lib/contract/replication-jobs";
import { runTimeline } from "./run-timeline-model";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const NOT_YET = "0001-01-01T00:00:00";
const step = (taskId: string, from: number | null, to: number | null, state = "Succeeded"): AsrTask => ({
  taskId,
  name: taskId,
  friendlyName: taskId,
  startTime: from === null ? NOT_YET : at(from),
  endTime: to === null ? NOT_YET : at(to),
  allowedActions: [],
  state: from === null ? "NotStarted" : state,
  stateDescription: state,
  taskType: taskId,
  customDetails: null,
  groupTaskCustomDetails: null,
  errors: [],
});
const group = (taskId: string, ...childTasks: AsrTask[]): AsrTask => ({
  ...step(taskId, 0, null),
  groupTaskCustomDetails: { instanceType: "RecoveryPlanGroupTaskDetails", childTasks },
});
const now = new Date(at(100)).getTime();

describe("the timeline of a run", () => {
  it("puts all steps on one scale, those that still run up to now", () => {
    const [check, boot] = runTimeline([step("check", 0, 50), group("g", step("a", 50, 75), step("b", 75, null))], now);
    expect(check?.steps[0]?.bar).toEqual({ from: 0, width: 0.5 });
    expect(boot?.steps.map(({ bar }) => bar)).toEqual([
      { from: 0.5, width: 0.25 },
      { from: 0.75, width: 0.25 },
    ]);
  });

  it("counts who ran beside whom, and not who followed whom", () => {
    const [beside] = runTimeline([group("g", step("a", 0, 10), step("b", 5, 20), step("c", 9, 10))], now);
    expect(beside?.atOnce).toBe(3);
    const [after] = runTimeline([group("g", step("a", 0, 10), step("b", 10, 20), step("c", null, null))], now);
    expect(after?.atOnce).toBe(1);
  });

  it("has no bar for what has not begun, and a full one where all happened in an instant", () => {
    const [only] = runTimeline([step("a", 5, 5), step("b", null, null)], now);
    expect(only?.steps.map(({ bar }) => bar)).toEqual([{ from: 0, width: 1 }, null]);
    expect(runTimeline([], now)).toEqual([]);
  });

  it("stays a timeline when the clock stepped back", () => {
    const [only] = runTimeline([step("a", 50, 40), step("b", 60, 70)], now);
    expect(only?.steps[0]?.bar).toEqual({ from: 0, width: 0 });
  });
});
