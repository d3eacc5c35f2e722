import { describe, expect, it } from "vitest";
import { samplesToForget } from "./space";

describe("the samples of a vault's space", () => {
  it("stay few however long they are taken, and reach back for more than a year", () => {
    const start = Date.parse("2026-01-01T00:00:00.000Z");
    let kept: string[] = [];
    for (let hour = 0; hour < 24 * 500; hour++) {
      const now = new Date(start + hour * 3_600_000);
      kept.push(now.toISOString());
      if (hour % 24 !== 0) continue;
      const forgotten = new Set(samplesToForget(kept, now));
      kept = kept.filter((at) => !forgotten.has(at));
    }
    expect(kept.length).toBeLessThan(600);
    const [oldest] = kept;
    expect((start + 24 * 500 * 3_600_000 - Date.parse(oldest ?? "")) / 86_400_000).toBeGreaterThan(398);
  });

  it("are one an hour at first: the last", () => {
    const now = new Date("2026-01-05T12:59:00.000Z");
    const instants = ["2026-01-05T12:00:00.000Z", "2026-01-05T12:30:00.000Z", "2026-01-05T11:59:59.000Z"];
    expect(samplesToForget(instants, now)).toEqual(["2026-01-05T12:00:00.000Z"]);
  });
});
