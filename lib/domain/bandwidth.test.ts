import { describe, expect, it } from "vitest";
import { bandwidthAt, bandwidthProblem, DEFAULT_BANDWIDTH, type BandwidthSettings } from "./bandwidth";
import { backlogBytes } from "./backlog";

const settings: BandwidthSettings = {
  ...DEFAULT_BANDWIDTH,
  timeZone: "Europe/Berlin",
  workHoursMbps: 8,
  nonWorkHoursMbps: 80,
};
const limit = (at: string, changes: Partial<BandwidthSettings> = {}) =>
  bandwidthAt({ ...settings, ...changes }, new Date(at)).limitBytesPerSecond;

describe("the bandwidth of a site", () => {
  it("is the limit of work hours in the site's own time zone, summer and winter", () => {
    // Mondays. 09:00 in Berlin is 08:00 UTC in winter and 07:00 UTC in summer.
    expect(limit("2026-01-05T07:59:59Z")).toBe(10_000_000);
    expect(limit("2026-01-05T08:00:00Z")).toBe(1_000_000);
    expect(limit("2026-07-06T07:00:00Z")).toBe(1_000_000);
    expect(limit("2026-07-06T15:59:59Z")).toBe(1_000_000);
    expect(limit("2026-07-06T16:00:00Z")).toBe(10_000_000);
    // A Saturday.
    expect(limit("2026-07-11T10:00:00Z")).toBe(10_000_000);
  });

  it("takes hours over midnight for those of the day they begin on", () => {
    const night = { timeZone: "UTC", workHoursStart: "22:00", workHoursEnd: "06:00", workDays: ["Friday"] } as const;
    expect(limit("2026-07-10T22:00:00Z", night)).toBe(1_000_000);
    expect(limit("2026-07-11T05:59:00Z", night)).toBe(1_000_000);
    expect(limit("2026-07-11T06:00:00Z", night)).toBe(10_000_000);
    expect(limit("2026-07-10T05:00:00Z", night)).toBe(10_000_000);
  });

  it("is unlimited where no limit is set", () => {
    expect(limit("2026-01-05T10:00:00Z", { workHoursMbps: null })).toBeNull();
  });

  it.each([
    [{ uploadThreads: 0 }, "uploadThreads"],
    [{ uploadThreads: 1.5 }, "uploadThreads"],
    [{ uploadThreads: 13 }, "uploadThreads"],
    [{ workHoursMbps: 0.1 }, "workHoursMbps"],
    [{ nonWorkHoursMbps: Number.NaN }, "nonWorkHoursMbps"],
    [{ resynchronizationReadMBps: 0 }, "resynchronizationReadMBps"],
    [{ timeZone: "Mars/Olympus" }, "timeZone"],
    [{ workHoursStart: "9:00" }, "workHoursStart"],
    [{ workHoursEnd: "24:00" }, "workHoursEnd"],
    [{ workHoursStart: "09:00", workHoursEnd: "09:00" }, "workHoursEnd"],
  ])("refuses %o and names the setting", (changes, target) => {
    expect(bandwidthProblem({ ...settings, ...changes })).toMatchObject({ target });
    expect(bandwidthProblem(settings)).toBeNull();
  });
});

describe("the backlog", () => {
  const figures = { bytesDone: 30, bytesTotal: 100, pendingBytes: 120 };

  it("counts what a delta is sending once: the write logs name it until it is safe", () => {
    expect(backlogBytes({ ...figures, phase: "delta" })).toBe(90);
  });

  it("adds what is written during a full pass to what is left of it", () => {
    expect(backlogBytes({ ...figures, phase: "initial" })).toBe(190);
    expect(backlogBytes({ ...figures, phase: "resync" })).toBe(190);
  });

  it("is what waits in the write logs while nothing travels", () => {
    expect(backlogBytes({ ...figures, phase: "idle" })).toBe(120);
  });
});
