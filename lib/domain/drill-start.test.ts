import { describe, expect, it } from "vitest";
import { sampleDrill, sampleDrillRun } from "@/lib/testing/sample-entities";
import type { Drill } from "./drill";
import { decideStart, ON_TIME_MS } from "./drill-start";

const DUE = "2026-01-10T02:00:00.000Z";
const after = (ms: number) => new Date(Date.parse(DUE) + ms);
const MINUTE = 60_000;
// A Saturday, nights only.
const windows = [{ days: ["Saturday" as const], from: "01:00", until: "05:00" }];

function decide(changes: Partial<Drill>, lateMs: number, otherOpen = false) {
  const drill = sampleDrill({ timeZone: "UTC", ...changes });
  const decided = decideStart(drill, sampleDrillRun({ dueAt: DUE }), after(lateMs), otherOpen);
  return decided.decision === "Skip" ? decided.reason.code : decided.decision;
}

describe("a start that is due", () => {
  it("is made on time, inside its windows", () => {
    expect(decide({}, 0)).toBe("Start");
    expect(decide({ windows }, ON_TIME_MS)).toBe("Start");
  });

  it("is skipped when the portal did not look at it in time, or made late within the grace", () => {
    expect(decide({}, ON_TIME_MS + 1)).toBe("DrillStartMissed");
    const late = { whenMissed: "RunLate", graceMinutes: 60 } as const;
    expect(decide(late, 59 * MINUTE)).toBe("Start");
    expect(decide(late, 61 * MINUTE)).toBe("DrillStartMissed");
    // The grace of a drill that skips what it missed does not count.
    expect(decide({ whenMissed: "Skip", graceMinutes: 60 }, 59 * MINUTE)).toBe("DrillStartMissed");
  });

  it("is skipped outside the windows, or waits for one within the grace", () => {
    const elsewhere = [{ days: ["Saturday" as const], from: "03:00", until: "05:00" }];
    expect(decide({ windows: elsewhere }, 0)).toBe("OutsideDrillWindow");
    const late = { windows: elsewhere, whenMissed: "RunLate", graceMinutes: 90 } as const;
    expect([decide(late, 0), decide(late, 59 * MINUTE), decide(late, 60 * MINUTE)]).toEqual(["Wait", "Wait", "Start"]);
    expect(decide({ ...late, graceMinutes: 30 }, 31 * MINUTE)).toBe("OutsideDrillWindow");
  });

  it("does not run beside the run before", () => {
    expect(decide({}, 0, true)).toBe("DrillStillRunning");
    const late = { whenMissed: "RunLate", graceMinutes: 60 } as const;
    expect([decide(late, 0, true), decide(late, 61 * MINUTE, true)]).toEqual(["Wait", "DrillStillRunning"]);
  });

  it("waits when the clock was set back before it", () => {
    expect(decide({}, -MINUTE)).toBe("Wait");
  });
});
