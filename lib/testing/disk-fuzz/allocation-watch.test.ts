import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { watchAllocations } from "./allocation-watch";

it("sees buffers and typed arrays, and leaves everything as it was", () => {
  const { result, allocations } = watchAllocations(() => [Buffer.alloc(1000), new Uint32Array(5000), Buffer.from("x")]);
  expect(allocations.largestBytes).toBe(20_000);
  expect(result[1] instanceof Uint32Array).toBe(true);
  expect(watchAllocations(() => null).allocations).toEqual({ largestBytes: 0, totalBytes: 0 });
});
