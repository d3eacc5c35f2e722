import { expect, it } from "vitest";
import { coverageOf, monthsBefore, type CoverageMachine } from "./coverage";

const machine = (changes: Partial<CoverageMachine> = {}): CoverageMachine => ({
  ...{ siteName: "branch", machineId: "m", name: "SQL", protectedItemName: "SQL", isFailedOver: false },
  ...{ notProtectable: null, plans: [], lastTestedAt: null },
  ...changes,
});
const NOW = new Date("2026-08-31T12:00:00.000Z");

it("six months before the last day of August are the last day of February", () => {
  expect(monthsBefore(NOW, 6).toISOString()).toBe("2026-02-28T12:00:00.000Z");
  expect(monthsBefore(new Date("2024-03-31T00:00:00Z"), 1).toISOString()).toBe("2024-02-29T00:00:00.000Z");
  expect(monthsBefore(new Date("2026-01-15T08:00:00Z"), 12).toISOString()).toBe("2025-01-15T08:00:00.000Z");
});

it("a test counts from the very instant at which the time begins", () => {
  const at = (lastTestedAt: string) => coverageOf([machine({ lastTestedAt })], 6, NOW).testedCount;
  expect([at("2026-02-28T12:00:00.000Z"), at("2026-02-28T11:59:59.999Z")]).toEqual([1, 0]);
});

it("each machine that was not tested has a way to be, by what it is", () => {
  const kinds = [
    machine({ protectedItemName: null }),
    machine({ isFailedOver: true, plans: ["shop"] }),
    machine({ plans: ["shop", "all"] }),
    machine(),
  ].map((one) => coverageOf([one], 6, NOW).untested[0]?.way.kind);
  expect(kinds).toEqual(["Protect", "WaitForFailback", "TestPlan", "TestMachine"]);
});

it("there is no percentage of nothing", () => {
  expect(coverageOf([], 6, NOW).testedPercent).toBeNull();
  expect(coverageOf([machine({ notProtectable: "Its disk is too large." })], 6, NOW)).toMatchObject({
    ...{ machineCount: 0, testedPercent: null },
  });
});
