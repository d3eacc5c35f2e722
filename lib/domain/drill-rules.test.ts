import { describe, expect, it } from "vitest";
import { sampleDrill } from "@/lib/testing/sample-entities";
import type { Drill } from "./drill";
import { requireDrillRules } from "./drill-rules";

const after = (drillId: string) => ({ kind: "AfterDrill", drillId, when: "Ended" }) as const;
const refusal = (changes: Partial<Drill>, others: readonly Drill[] = []) => {
  try {
    requireDrillRules(sampleDrill(changes), others);
    return null;
  } catch (error) {
    const { code, target, message } = error as { code: string; target: string; message: string };
    return { code, target, message };
  }
};

describe("the rules of drills", () => {
  it("take a drill that keeps them", () => {
    const follows = sampleDrill({ id: "b", name: "b", trigger: after("drill-1") });
    expect(refusal({})).toBeNull();
    expect(refusal(follows, [sampleDrill()])).toBeNull();
  });

  it.each([
    [{ trigger: { kind: "Schedule", cron: "0 0 30 2 *" } }, "properties.trigger.cron"],
    [{ timeZone: "Mars/Olympus" }, "properties.timeZone"],
    [{ windows: [{ days: [], from: "01:00", until: "02:00" }] }, "properties.windows[0].days"],
    [{ windows: [{ days: ["Monday"], from: "25:00", until: "02:00" }] }, "properties.windows[0].from"],
    [{ windows: [{ days: ["Monday"], from: "02:00", until: "02:00" }] }, "properties.windows[0].until"],
    [{ graceMinutes: -1 }, "properties.graceMinutes"],
    [{ cleanUp: { kind: "AfterMinutes", minutes: 0.5 } }, "properties.cleanUp.minutes"],
    [{ keepRuns: 0 }, "properties.keepRuns"],
    [{ trigger: { kind: "AfterDrill", drillId: "none", when: "Ended" } }, "properties.trigger.drill"],
  ] as const)("refuse %j", (changes, target) => {
    expect(refusal(changes as Partial<Drill>)).toMatchObject({ code: "InvalidDrill", target });
  });

  it("refuse drills that wait for each other, and name the circle", () => {
    expect(refusal({ trigger: after("drill-1") })).toMatchObject({
      code: "DrillChainCycle",
      message: "The drill would wait for itself: weekly after weekly.",
    });
    const b = sampleDrill({ id: "b", name: "b", trigger: after("c") });
    const c = sampleDrill({ id: "c", name: "c", trigger: after("drill-1") });
    expect(refusal({ trigger: after("b") }, [sampleDrill(), b, c])?.message).toContain(
      "weekly after b after c after weekly",
    );
    // A circle that two people made at once is found, not followed for ever.
    const d = sampleDrill({ id: "d", name: "d", trigger: after("e") });
    const e = sampleDrill({ id: "e", name: "e", trigger: after("d") });
    expect(refusal({ trigger: after("d") }, [d, e])?.code).toBe("DrillChainCycle");
  });
});
