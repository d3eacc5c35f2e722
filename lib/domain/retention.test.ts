import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecoveryPoint } from "./entities";
import { planRetention, pointsToDrop, type Holds } from "./retention";

const NOW = new Date("2026-01-05T12:30:00.000Z");
const at = (minutesAgo: number) => new Date(NOW.getTime() - minutesAgo * 60_000).toISOString();
const point = (minutesAgo: number, changes: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
  id: `p${minutesAgo}`,
  protectedItemId: "item",
  at: at(minutesAgo),
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
const none: Holds = { locked: new Set(), inUse: new Set(), sharedCut: new Set(), damaged: new Set() };
const ids = (points: readonly RecoveryPoint[]) => points.map(({ id }) => id);
const policy = (recoveryPointHistoryHours: number, replicationIntervalSeconds = 30) => ({
  recoveryPointHistoryHours,
  replicationIntervalSeconds,
});

describe("the retention of recovery points", () => {
  it("keeps the last hour whole, then the newest of each hour, then nothing", () => {
    const points = [point(5), point(59), point(70), point(80), point(130), point(121), point(60 * 25)];
    const dropped = ids(pointsToDrop(points, policy(24), NOW, none));
    // 11:20 and 11:10 share an hour with 11:31 (kept): the hour has its point already.
    expect(dropped.sort()).toEqual(["p130", `p${60 * 25}`, "p70", "p80"].sort());
  });

  it("keeps of continuous replication five minutes whole, then one point of each five minutes, then of each hour", () => {
    // Every 20 seconds for a quarter of an hour, then every minute; 12:30 ends a span of five minutes.
    const points = [...Array.from({ length: 45 }, (_, nth) => point(nth / 3)), ...[20, 21, 58, 59, 100, 101].map((age) => point(age))]; // prettier-ignore
    const plan = planRetention(points, policy(24, 5), NOW, none);
    const kept = (reason: string) =>
      plan.filter((one) => one.keep && one.reason === reason).map(({ point: { id } }) => id);
    expect(kept("Streamed")).toHaveLength(15);
    expect(kept("FewMinutes")).toEqual(["p5.333333333333333", "p10.333333333333334", "p20", "p21", "p58"]);
    expect(kept("Hourly")).toEqual(["p100"]);
    expect(plan.filter(({ keep }) => !keep).map(({ point: { id } }) => id)).toEqual(
      expect.arrayContaining(["p6", "p14.666666666666666", "p59", "p101"]),
    );
    // What it says goes at a time is gone then, and no earlier.
    const [, second] = plan;
    const goesAt = Date.parse(second?.goesAt ?? "");
    const keptAt = (ms: number) => planRetention(points, policy(24, 5), new Date(ms), none)[1]?.keep;
    expect([keptAt(goesAt), keptAt(goesAt + 1)]).toEqual([true, false]);
  });

  it("keeps of the cuts of VMware machines one of each span that their policy names", () => {
    const points = Array.from({ length: 40 }, (_, nth) => point(10 + nth));
    const every = (minutes: number) => ({ ...policy(24, 5), crashConsistentFrequencyMinutes: minutes });
    const kept = (minutes: number) =>
      planRetention(points, every(minutes), NOW, none).flatMap(({ keep, reason, point: { id } }) =>
        keep && reason === "FewMinutes" ? [id] : [],
      );
    expect(kept(1)).toHaveLength(39);
    expect(kept(15)).toHaveLength(3);
    expect(kept(60)).toHaveLength(1);
  });

  it("keeps one a day where the policy remembers longer than a day", () => {
    const points = [1, 25, 26, 30, 49, 50, 80].map((hours) => point(hours * 60));
    expect(ids(pointsToDrop(points, policy(72), NOW, none))).toEqual(["p1560", "p1800", "p3000", "p4800"]);
  });

  it("keeps the latest only when the policy remembers nothing", () => {
    expect(ids(pointsToDrop([point(1), point(2), point(3)], policy(0), NOW, none))).toEqual(["p2", "p3"]);
  });

  it("keeps of each hour the newest application-consistent point beside the newest of all", () => {
    const points = [point(1), point(125), point(130, { kind: "ApplicationConsistent" }), point(135), point(140)];
    expect(ids(pointsToDrop(points, policy(24), NOW, none))).toEqual(["p135", "p140"]);
  });

  it("keeps of each hour the newest cut that a consistency group shares, the same for all its machines", () => {
    const cut = (minutesAgo: number, problem: RecoveryPoint["quiesceProblem"] = null) =>
      point(minutesAgo, { group: { name: "tills", stamp: `s${minutesAgo}`, size: 2, problem } });
    const broken = { code: "x", message: "-", possibleCauses: "-", recommendedAction: "-" };
    // One of them was also replicated alone since, and took part in a cut that the other missed.
    const one = [point(1), point(122), cut(124, broken), cut(130), cut(140)];
    const other = [point(1), cut(130), cut(140)];
    expect(ids(pointsToDrop(one, policy(24), NOW, none))).toEqual(["p124", "p140"]);
    expect(ids(pointsToDrop(other, policy(24), NOW, none))).toEqual(["p140"]);
  });

  it("never drops the newest, a final one, one that is held, or the newest that is sound", () => {
    const points = [point(9000), point(9001, { final: true }), ...[9002, 9003, 9004, 9005].map((age) => point(age))];
    const holds = {
      ...none,
      locked: new Set(["p9002"]),
      inUse: new Set(["p9003"]),
      damaged: new Set(["p9000", "p9001"]),
    };
    expect(ids(pointsToDrop(points, policy(1), NOW, holds))).toEqual(["p9004", "p9005"]);
    const all = { ...none, damaged: new Set(["p9000", "p9001", "p9002"]) };
    expect(ids(pointsToDrop(points, policy(1), NOW, all))).not.toContain("p9003");
  });

  it("says why and until when", () => {
    const plan = planRetention([point(1), point(20), point(40), point(100), point(3000)], policy(24), NOW, none);
    expect(plan.map(({ reason, goesAt }) => [reason, goesAt])).toEqual([
      ["Newest", null],
      ["Recent", at(20 - 60)],
      ["Recent", at(40 - 24 * 60)],
      ["Hourly", at(100 - 24 * 60)],
      ["Expired", null],
    ]);
  });

  const ages = fc.uniqueArray(fc.integer({ min: 0, max: 6000 }), { minLength: 1, maxLength: 60 });
  const histories = fc.integer({ min: 0, max: 96 });

  it("comes to rest: what it kept once it keeps again, and it always leaves a point", () => {
    fc.assert(
      fc.property(ages, histories, (minutes, hours) => {
        const points = minutes.map((age) => point(age));
        const gone = new Set(ids(pointsToDrop(points, policy(hours), NOW, none)));
        const kept = points.filter(({ id }) => !gone.has(id));
        expect(kept.length).toBeGreaterThan(0);
        expect(pointsToDrop(kept, policy(hours), NOW, none)).toEqual([]);
      }),
    );
  });

  it("keeps its word: no point goes before the instant that was named, if no other comes", () => {
    fc.assert(
      fc.property(ages, histories, fc.integer({ min: 0, max: 6000 }), (minutes, hours, later) => {
        const points = minutes.map((age) => point(age));
        const plan = planRetention(points, policy(hours), NOW, none);
        const kept = plan.filter(({ keep }) => keep);
        const then = new Date(NOW.getTime() + later * 60_000);
        const dropped = new Set(
          ids(
            pointsToDrop(
              kept.map((one) => one.point),
              policy(hours),
              then,
              none,
            ),
          ),
        );
        for (const { point: one, goesAt } of kept) {
          if (goesAt === null) expect(dropped.has(one.id)).toBe(false);
          else expect(dropped.has(one.id)).toBe(Date.parse(goesAt) < then.getTime());
        }
      }),
    );
  });

  it("is never without a point of an hour, or of a day, that had one within the history", () => {
    fc.assert(
      fc.property(ages, fc.integer({ min: 1, max: 96 }), (minutes, hours) => {
        const points = minutes.map((age) => point(age));
        const gone = new Set(ids(pointsToDrop(points, policy(hours), NOW, none)));
        for (const { at: instant } of points) {
          const age = NOW.getTime() - Date.parse(instant);
          if (age > hours * 3_600_000) continue;
          const span = age <= 24 * 3_600_000 ? 13 : 10;
          const same = points.filter((other) => other.at.slice(0, span) === instant.slice(0, span));
          expect(same.some(({ id }) => !gone.has(id))).toBe(true);
        }
      }),
    );
  });
});
