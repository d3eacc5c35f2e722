import { describe, expect, it } from "vitest";
import { CutSchedule } from "./cut-schedule";

describe("the schedule of cuts", () => {
  it("stays on its grid, however long a cycle within the interval takes", () => {
    const schedule = new CutSchedule(30_000, null, 1_000);
    expect(schedule.dueMs).toBe(1_000);
    const late = [0, 4, 1, 29_000, 12];
    const cuts = late.map((by) => {
      const due = schedule.dueMs;
      expect(schedule.covered(due + by)).toBe(0);
      return due;
    });
    // The first cut begins the grid; one that is late does not move it.
    expect(cuts).toEqual([1_000, 31_000, 61_000, 91_000, 121_000]);
  });

  it("counts the intervals that a long cycle leaves without a point, and goes on at once", () => {
    const schedule = new CutSchedule(30_000, null, 0);
    expect(schedule.covered(0)).toBe(0);
    // The cycle took 45 s: the interval at 30 s gets its point 15 s late, none is missed.
    expect(schedule.dueMs).toBeLessThan(45_000);
    expect(schedule.covered(45_000)).toBe(0);
    // The next took until 90 s: of the intervals at 60 s and 90 s one has no point.
    expect(schedule.covered(90_000)).toBe(1);
    expect(schedule.dueMs).toBe(120_000);
    expect(schedule.covered(1_000_000)).toBe(29);
  });

  it("goes on from the newest point after a restart of the agent, and counts what was missed while it was dead", () => {
    const schedule = new CutSchedule(300_000, -700_000, 0);
    expect(schedule.dueMs).toBe(0);
    expect(schedule.covered(0)).toBe(1);
    expect(schedule.dueMs).toBe(200_000);
    expect(new CutSchedule(300_000, -100_000, 0).dueMs).toBe(200_000);
  });

  it("begins anew with a point that somebody asked for, and after a pause that was wanted", () => {
    const schedule = new CutSchedule(30_000, 0, 0);
    expect(schedule.covered(10_000)).toBe(0);
    expect(schedule.dueMs).toBe(40_000);
    schedule.restart(900_000);
    expect(schedule.dueMs).toBe(900_000);
    expect(schedule.covered(900_000)).toBe(0);
  });

  it("waits after a failure, and counts the intervals that passed meanwhile", () => {
    const schedule = new CutSchedule(30_000, 0, 0);
    schedule.postpone(95_000);
    expect(schedule.dueMs).toBe(95_000);
    expect(schedule.covered(95_000)).toBe(2);
    schedule.setInterval(900_000);
    expect(schedule.dueMs).toBe(990_000);
  });
});
