import { describe, expect, it } from "vitest";
import { seededRandom } from "@/lib/testing/seeded-random";
import { TestClock } from "@/lib/testing/test-clock";
import { Slots } from "./slots";
import { Throttle } from "./throttle";
import { threadsUnder } from "./transfer-pace";

const never = new AbortController().signal;
const MB = 1_000_000;

/** `threads` uploads of slices of random sizes, side by side, until `total` bytes have gone; the rate they had. */
async function rate(throttle: Throttle, clock: TestClock, total: number, threads: number): Promise<number[]> {
  const random = seededRandom(threads);
  const beganAt = clock.monotonicMs();
  const sent = Array.from({ length: threads }, () => 0);
  let left = total;
  await Promise.all(
    sent.map(async (_, thread) => {
      while (left > 0) {
        const bytes = Math.min(left, 1_024 + random.bytes(2).readUInt16LE(0));
        left -= bytes;
        await throttle.take(bytes, never);
        sent[thread] = (sent[thread] ?? 0) + bytes;
      }
    }),
  );
  const seconds = (clock.monotonicMs() - beganAt) / 1_000;
  return sent.map((bytes) => bytes / seconds);
}
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

describe("a throttle", () => {
  it.each([
    [64_000, 2 * MB, 1],
    [5 * MB, 50 * MB, 4],
    [5 * MB, 5 * MB, 12],
    [125 * MB, 500 * MB, 4],
  ])("keeps %d bytes a second over %d bytes and %d threads within 10 percent", async (limit, total, threads) => {
    const clock = new TestClock();
    const throttle = new Throttle(clock);
    throttle.limitTo(limit);
    const rates = await rate(throttle, clock, total, threads);
    expect(sum(rates) / limit).toBeGreaterThan(0.9);
    expect(sum(rates) / limit).toBeLessThan(1.1);
    // Nobody starves.
    expect(Math.min(...rates) / Math.max(...rates)).toBeGreaterThan(0.5);
  });

  it("saves nothing up while it is idle", async () => {
    const clock = new TestClock();
    const throttle = new Throttle(clock);
    throttle.limitTo(MB);
    clock.advance(3_600_000);
    expect(sum(await rate(throttle, clock, 5 * MB, 2)) / MB).toBeLessThan(1.1);
  });

  it("follows a limit that changes under way, and lets everybody go when it is taken off", async () => {
    const clock = new TestClock();
    const throttle = new Throttle(clock);
    throttle.limitTo(MB);
    await rate(throttle, clock, 2 * MB, 2);
    throttle.limitTo(4 * MB);
    expect(sum(await rate(throttle, clock, 8 * MB, 2)) / (4 * MB)).toBeCloseTo(1, 1);
    throttle.limitTo(1_000);
    await throttle.take(100_000, never);
    const waiting = throttle.take(1, never);
    throttle.limitTo(null);
    const at = clock.monotonicMs();
    await waiting;
    expect(clock.monotonicMs() - at).toBeLessThanOrEqual(250);
  });

  it("gives up with its caller, and goes on for the others", async () => {
    const clock = new TestClock();
    const throttle = new Throttle(clock);
    throttle.limitTo(1_000);
    await throttle.take(2_000, never);
    const ending = new AbortController();
    const given = throttle.take(1_000, ending.signal);
    const other = throttle.take(1_000, never);
    ending.abort(new Error("the agent ends"));
    await expect(given).rejects.toThrow("the agent ends");
    await other;
  });
});

describe("upload threads", () => {
  it("are as many as allowed, and fewer where one pack would take too long", () => {
    expect(threadsUnder(null, 8)).toBe(8);
    expect(threadsUnder(5 * MB, 8)).toBe(8);
    expect(threadsUnder(250_000, 8)).toBe(3);
    expect(threadsUnder(62_500, 8)).toBe(1);
  });

  it("become more and fewer while uploads are under way", async () => {
    const slots = new Slots(1);
    const held = [await slots.take(never)];
    let third = false;
    const second = slots.take(never);
    const last = slots.take(never).then((give) => {
      third = true;
      return give;
    });
    slots.resize(2);
    held.push(await second);
    slots.resize(1);
    held.pop()?.();
    await Promise.resolve();
    expect(third).toBe(false);
    held.pop()?.();
    (await last)();
  });
});
