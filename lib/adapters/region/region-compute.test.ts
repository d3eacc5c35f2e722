import { describe, expect, it } from "vitest";
import type { HostClient } from "@/lib/compute/host-client";
import { Refusal } from "@/lib/kernel/fault";
import { TestClock } from "@/lib/testing/test-clock";
import { createRegionCompute } from "./region-compute";

const gone = () =>
  new Refusal("notFound", { code: "MachineNotFound", message: "gone", possibleCauses: "-", recommendedAction: "-" });

describe("the region's list of machines", () => {
  it("leaves out a machine that is removed while the list is made: cleanups run beside each other", async () => {
    const machine = (id: string) => ({ id, power: "running", powerProblem: null, disks: [] });
    const screen = { firstLineMs: null, orders: null, bootReport: null, serial: "", rows: [] };
    const host = {
      status: async () => ({ machines: [machine("stays"), machine("goes")] }),
      console: async (id: string) => (id === "goes" ? Promise.reject(gone()) : screen),
    } as unknown as HostClient;
    const region = createRegionCompute(host, new TestClock());
    expect((await region.list()).map(({ id }) => id)).toEqual(["stays"]);
  });
});
