import { describe, expect, it } from "vitest";
import { formatBytes, formatDuration, formatRelative } from "./format";

describe("figures as people read them", () => {
  it("keeps three digits of an amount of bytes", () => {
    expect([0, 1, 1023, 1024, 10.5 * 1024, 1536 * 1024 * 1024, 10 * 1024 ** 3].map(formatBytes)).toEqual([
      "0 bytes",
      "1 byte",
      "1,023 bytes",
      "1 KiB",
      "10.5 KiB",
      "1.5 GiB",
      "10 GiB",
    ]);
  });

  it("shows the two units of a duration that matter", () => {
    expect([0, 2.5, 59.4, 60, 200, 3600, 7500, 90_000].map(formatDuration)).toEqual([
      "0 s",
      "2.5 s",
      "59 s",
      "1 min",
      "3 min 20 s",
      "1 h",
      "2 h 5 min",
      "1 d 1 h",
    ]);
  });

  it("keeps the largest unit of the distance to a time, past and future", () => {
    const now = Date.parse("2026-11-01T12:00:00Z");
    const at = (seconds: number) => formatRelative(new Date(now - seconds * 1000).toISOString(), now);
    expect([1, 45, 200, 7500, -432_000].map(at)).toEqual(["just now", "45 s ago", "3 min ago", "2 h ago", "in 5 d"]);
  });
});
