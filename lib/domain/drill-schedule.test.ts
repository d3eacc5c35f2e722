import { describe, expect, it } from "vitest";
import { cronProblem, describeCron, dueInstants, MISSED_STARTS_KEPT, nextInstants } from "./drill-schedule";

const at = (text: string) => new Date(text);

describe("the schedule of a drill", () => {
  it("is read in plain words, and what is no schedule is refused with the reason", () => {
    expect(describeCron("0 2 * * 6")).toBe("At 02:00, only on Saturday");
    expect([cronProblem("0 2 * * 6"), cronProblem(" 5 4 1-7 * MON ")]).toEqual([null, null]);
    expect(cronProblem("61 * * * *")).toMatch(/minute: 61/);
    expect(cronProblem("0 0 2 * * *")).toMatch(/five fields/);
    expect(cronProblem("hello")).toMatch(/five fields/);
    expect(cronProblem("0 0 30 2 *")).toMatch(/no day/);
    expect(describeCron("0 0 30 2 *")).toBeNull();
  });

  it("is that of its time zone: 02:00 in Berlin is another instant in summer than in winter", () => {
    expect(nextInstants("0 2 * * *", "Europe/Berlin", at("2026-07-01T12:00:00Z"), 1)).toEqual([
      "2026-07-02T00:00:00.000Z",
    ]);
    expect(nextInstants("0 2 * * *", "Europe/Berlin", at("2026-01-01T12:00:00Z"), 1)).toEqual([
      "2026-01-02T01:00:00.000Z",
    ]);
  });

  it("comes once on the night that has an hour twice, and once on the night that lacks it", () => {
    const twice = dueInstants("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00.000Z", at("2026-10-25T12:00:00Z"));
    expect(twice.instants).toHaveLength(1);
    const lacking = dueInstants("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00.000Z", at("2026-03-29T12:00:00Z"));
    expect(lacking.instants).toEqual(["2026-03-29T01:00:00.000Z"]);
  });

  it("comes due at its very instant and not after it again", () => {
    const due = "2026-01-03T02:00:00.000Z";
    const between = (after: string, until: string) => dueInstants("0 2 * * *", "UTC", after, at(until)).instants;
    expect(between("2026-01-02T02:00:00.000Z", due)).toEqual([due]);
    expect(between("2026-01-02T02:00:00.000Z", "2026-01-03T01:59:59.999Z")).toEqual([]);
    expect(between(due, "2026-01-03T23:00:00.000Z")).toEqual([]);
    // A clock that was set back: what is looked for lies before what was found.
    expect(between(due, "2026-01-01T00:00:00.000Z")).toEqual([]);
  });

  it("keeps the newest of very many missed starts, and says that there were more", () => {
    const found = dueInstants("* * * * *", "UTC", "2025-01-01T00:00:00.000Z", at("2026-01-01T00:00:00Z"));
    expect(found.moreBefore).toBe(true);
    expect(found.instants).toHaveLength(MISSED_STARTS_KEPT);
    expect(found.instants.at(-1)).toBe("2026-01-01T00:00:00.000Z");
    expect([...found.instants].sort()).toEqual(found.instants);
  });
});
