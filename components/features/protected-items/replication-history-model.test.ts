import { expect, it } from "vitest";
import { historyView } from "./replication-history-model";

const NOW = Date.parse("2026-11-22T12:00:00.000Z");
const cycle = (secondsAgo: number, changes = {}) => ({
  at: new Date(NOW - secondsAgo * 1000).toISOString(),
  registeredAt: new Date(NOW - (secondsAgo - 2) * 1000).toISOString(),
  recoveryPointType: "CrashConsistent" as const,
  ...{ durationMs: 2_000, sourceBytesRead: 4_096, changedBytes: 1_000, sentBytes: 400, writeLogBytes: 64 },
  ...{ rpoBeforeSeconds: 32, rpoAfterSeconds: 2, missedIntervals: 0 },
  ...changes,
});
const hour = (hoursAgo: number) => ({
  hour: new Date(NOW - hoursAgo * 3_600_000).toISOString(),
  ...{ cycles: 120, applicationConsistent: 1, missedIntervals: 2, durationMsMax: 9, sourceBytesRead: 9 },
  ...{ changedBytes: 10, sentBytes: 4, writeLogBytesMax: 7, rpoSecondsMax: 45 },
});

it("draws the RPO of the last hour as it rose and fell, up to now", () => {
  const figures = {
    intervalSeconds: 30,
    cycles: [
      cycle(9_000),
      cycle(60, { rpoBeforeSeconds: null }),
      cycle(30, { missedIntervals: 3, writeLogBytes: null }),
    ],
    hours: [],
  };
  const view = historyView(figures, "hour", NOW);
  expect(view.rpo.map((row) => [(row.at - NOW) / 1000, row["rpo"]])).toEqual([
    [-58, 2],
    [-28, 32],
    [-28, 2],
    [0, 30],
  ]);
  expect(view.traffic.map((row) => row["sent"])).toEqual([400]);
  expect(view.log.map((row) => row["log"])).toEqual([64, null]);
  expect(view.totals).toEqual({
    ...{ cycles: 2, changedBytes: 2_000, sentBytes: 800, missedIntervals: 3, applicationConsistent: 0 },
    worstRpoSeconds: 32,
  });
});

it("draws longer ranges by the hour, and says nothing where nothing is known", () => {
  const figures = { intervalSeconds: 30, cycles: [], hours: [hour(100), hour(20), hour(1)] };
  expect(historyView(figures, "day", NOW).totals).toMatchObject({
    cycles: 240,
    missedIntervals: 4,
    worstRpoSeconds: 45,
  });
  expect(historyView(figures, "month", NOW).traffic).toHaveLength(3);
  expect(historyView(figures, "hour", NOW)).toMatchObject({ rpo: [], totals: { cycles: 0, worstRpoSeconds: null } });
});
