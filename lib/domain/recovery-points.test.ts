import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecoveryPoint } from "./entities";
import { pointsToDrop } from "./recovery-points";

const NOW = new Date("2026-01-05T12:30:00.000Z");
const point = (minutesAgo: number, changes: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
  id: `p${minutesAgo}`,
  protectedItemId: "item",
  at: new Date(NOW.getTime() - minutesAgo * 60_000).toISOString(),
  kind: "CrashConsistent",
  objectName: `points/${minutesAgo}`,
  disks: [],
  sourceBytesRead: 0,
  changedBytes: 0,
  storedBytes: 0,
  orders: null,
  final: false,
  quiesceProblem: null,
  group: null,
  ...changes,
});
const ids = (points: readonly RecoveryPoint[]) => points.map(({ id }) => id);
const policy = (recoveryPointHistoryHours: number) => ({ recoveryPointHistoryHours });

describe("the retention of recovery points", () => {
  it("keeps the last hour whole, then the newest of each hour, then nothing", () => {
    const points = [point(5), point(59), point(70), point(80), point(130), point(121), point(60 * 25)];
    const dropped = ids(pointsToDrop(points, policy(24), NOW, new Set()));
    // 11:20 and 11:10 share an hour with 11:31 (kept): the hour has its point already.
    expect(dropped.sort()).toEqual(["p130", `p${60 * 25}`, "p70", "p80"].sort());
  });

  it("keeps the latest only when the policy remembers nothing", () => {
    expect(ids(pointsToDrop([point(1), point(2), point(3)], policy(0), NOW, new Set()))).toEqual(["p2", "p3"]);
  });

  it("never drops the newest, a final one, or one that is in use, however old", () => {
    const points = [point(9000), point(9001, { final: true }), point(9002), point(9003)];
    expect(ids(pointsToDrop(points, policy(1), NOW, new Set(["p9002"])))).toEqual(["p9003"]);
  });

  it("comes to rest: what it kept once it keeps again, and it always leaves a point", () => {
    const ages = fc.uniqueArray(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(ages, fc.integer({ min: 0, max: 24 }), (minutes, hours) => {
        const points = minutes.map((age) => point(age));
        const gone = new Set(ids(pointsToDrop(points, policy(hours), NOW, new Set())));
        const kept = points.filter(({ id }) => !gone.has(id));
        expect(kept.length).toBeGreaterThan(0);
        expect(pointsToDrop(kept, policy(hours), NOW, new Set())).toEqual([]);
      }),
    );
  });
});
