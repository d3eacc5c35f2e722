import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleProgram } from "@/lib/testing/bundle-program";

const GROUP = "/proc/self/autogroup";
/** "/autogroup-4260 nice 0" */
const groupNiceness = (pid: number) => Number(fs.readFileSync(`/proc/${pid}/autogroup`, "utf8").split(" ")[2]);

describe.skipIf(!fs.existsSync(GROUP))("the priority of a program for bulk work", () => {
  let program: string;
  beforeAll(async () => {
    program = await bundleProgram("bin/vault-worker.ts");
  });
  afterAll(() => fs.rmSync(program, { force: true }));

  /** It connects to its parent as a vault worker does, and stays until it is ended. */
  async function started(detached: boolean): Promise<ChildProcess> {
    const child = spawn(process.execPath, [program], { detached, stdio: ["ignore", "ignore", "ignore", "ipc"] });
    const nicenessIs = (wanted: number) => {
      const stat = fs.readFileSync(`/proc/${child.pid}/stat`, "utf8");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]) === wanted;
    };
    await expect.poll(() => nicenessIs(10), { timeout: 10_000 }).toBe(true);
    return child;
  }

  it("counts against other sessions too when it leads one", async () => {
    const child = await started(true);
    await expect.poll(() => groupNiceness(child.pid ?? 0)).toBe(10);
    child.kill("SIGKILL");
  });

  it("leaves the session alone that it was started in", async () => {
    const before = fs.readFileSync(GROUP, "utf8");
    const child = await started(false);
    expect(fs.readFileSync(GROUP, "utf8")).toBe(before);
    child.kill("SIGKILL");
  });
});
