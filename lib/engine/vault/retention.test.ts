import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRetention, type RetainablePoint } from "./retention";

const NOW = new Date("2026-03-01T12:00:00Z");
const point = (minutesAgo: number, extra: Partial<RetainablePoint> = {}): RetainablePoint => ({
  name: `p-${minutesAgo}`,
  at: new Date(NOW.getTime() - minutesAgo * 60_000),
  sound: true,
  pinned: false,
  applicationConsistent: false,
  ...extra,
});
const names = (points: readonly RetainablePoint[]) => points.map(({ name }) => name);

describe("retention", () => {
  it("keeps the newest only when no history is wanted", () => {
    const plan = planRetention([point(3), point(1), point(2)], { historyHours: 0, everyPointMinutes: 60 }, NOW);
    expect(names(plan.keep)).toEqual(["p-1"]);
    expect(names(plan.drop)).toEqual(["p-2", "p-3"]);
  });

  it("keeps everything of the last hour, then one an hour, then nothing", () => {
    const points = Array.from({ length: 12 * 6 }, (_, at) => point(at * 5 + 1));
    const plan = planRetention(points, { historyHours: 4, everyPointMinutes: 60 }, NOW);
    expect(names(plan.keep)).toEqual([
      ...["p-1", "p-6", "p-11", "p-16", "p-21", "p-26", "p-31", "p-36", "p-41", "p-46", "p-51", "p-56"],
      ...["p-61", "p-121", "p-181"],
    ]);
  });

  it("keeps the application-consistent point of an hour beside its newest", () => {
    const points = [point(65), point(70, { applicationConsistent: true }), point(75)];
    const plan = planRetention([point(1), ...points], { historyHours: 24, everyPointMinutes: 60 }, NOW);
    expect(names(plan.keep)).toEqual(["p-1", "p-65", "p-70"]);
  });

  it("never drops the last good point, however old, nor counts a damaged one as it", () => {
    const points = [point(1, { sound: false }), point(9_000), point(10_000)];
    const plan = planRetention(points, { historyHours: 1, everyPointMinutes: 60 }, NOW);
    expect(names(plan.keep)).toEqual(["p-9000"]);
  });

  it("never drops a pinned point", () => {
    const plan = planRetention(
      [point(1), point(9_000, { pinned: true })],
      { historyHours: 1, everyPointMinutes: 0 },
      NOW,
    );
    expect(names(plan.drop)).toEqual([]);
  });

  it("for any points: loses none, keeps pinned and last good, and drops nothing more when planned again later", () => {
    const any = fc.record({
      minutesAgo: fc.integer({ min: 0, max: 3_000 }),
      sound: fc.boolean(),
      pinned: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), fc.integer({ min: 0, max: 24 }), (specs, historyHours) => {
        const points = specs.map(({ minutesAgo, ...rest }, at) => point(minutesAgo, { ...rest, name: `n${at}` }));
        const policy = { historyHours, everyPointMinutes: 60 };
        const { keep, drop } = planRetention(points, policy, NOW);
        expect(new Set([...keep, ...drop])).toEqual(new Set(points));
        expect(drop.some(({ pinned }) => pinned)).toBe(false);
        const sound = points.filter((one) => one.sound);
        const newest = Math.max(...sound.map(({ at }) => at.getTime()));
        if (sound.length > 0) expect(keep.some((one) => one.sound && one.at.getTime() === newest)).toBe(true);
        expect(planRetention(keep, policy, NOW).drop).toEqual([]);
      }),
    );
  });
});
