import { describe, expect, it } from "vitest";
import { Fault } from "@/lib/kernel/fault";
import { seededRandom } from "@/lib/testing/seeded-random";
import { TestClock } from "@/lib/testing/test-clock";
import { reconnectDelayMs, replicationDelayMs } from "./back-off";
import { ProgressMeter } from "./progress-meter";
import { Slots } from "./slots";
import { instantOfPoint } from "./unregistered-points";

const fault = (code: string) =>
  new Fault({ code, message: "m", possibleCauses: "c", recommendedAction: "a" }, { retryable: true });

describe("pacing", () => {
  it("connects again after 1, 2, 4 … 30 seconds, never in step with others", () => {
    const random = seededRandom(1);
    const seconds = [1, 2, 3, 4, 5, 6, 50].map((failures) => reconnectDelayMs(failures, random) / 1000);
    const expected = [1, 2, 4, 8, 16, 30, 30];
    for (const [index, delay] of seconds.entries()) {
      expect(Math.abs(delay / (expected[index] ?? 0) - 1)).toBeLessThanOrEqual(0.26);
    }
    expect(new Set(Array.from({ length: 20 }, () => reconnectDelayMs(6, random))).size).toBeGreaterThan(5);
  });

  it("replicates again after 1, 2, 4, 8, 10, 30 minutes, but after an outage as soon as that ends", () => {
    const random = seededRandom(1);
    const minutes = [1, 2, 3, 4, 5, 6, 7].map((n) => replicationDelayMs(n, fault("StorageFull"), random) / 60_000);
    expect(minutes).toEqual([1, 2, 4, 8, 10, 30, 30]);
    expect(replicationDelayMs(9, fault("VaultNotReachable"), random)).toBeLessThan(40_000);
  });

  it("measures the rate over the last seconds, and the time left by it", () => {
    const clock = new TestClock();
    const meter = new ProgressMeter(clock);
    meter.start(0);
    expect(meter.read()).toEqual({ bytesDone: 0, bytesTotal: 0, bytesPerSecond: 0, secondsLeft: 0 });
    for (let second = 1; second <= 20; second++) {
      clock.advance(1_000);
      meter.update(second <= 10 ? second * 100 : 1_000 + (second - 10) * 10, 2_000);
    }
    const { bytesDone, bytesPerSecond, secondsLeft } = meter.read();
    expect(bytesDone).toBe(1_100);
    expect(bytesPerSecond).toBeCloseTo(10);
    expect(secondsLeft).toBeCloseTo(90);
  });

  it("lets in as many as there are slots, in their order, and forgets who gave up waiting", async () => {
    const slots = new Slots(1);
    const never = new AbortController().signal;
    const order: string[] = [];
    const give = await slots.take(never);
    const impatient = new AbortController();
    const gaveUp = slots.take(impatient.signal).catch(() => order.push("gave up"));
    const second = slots.take(never).then((back) => {
      order.push("second");
      back();
    });
    impatient.abort(new Error("enough"));
    await gaveUp;
    give();
    give();
    await second;
    (await slots.take(never))();
    expect(order).toEqual(["gave up", "second"]);
  });

  it("reads the instant of a point from its name", () => {
    const at = Date.parse("2026-11-22T18:01:02.345Z");
    expect(instantOfPoint(`points/m/20261122T180102345Z-${"0".repeat(64)}`)).toBe(at);
    expect(instantOfPoint("points/m/nonsense")).toBeNull();
  });
});
