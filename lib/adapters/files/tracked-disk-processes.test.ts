import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createDynamicVhd } from "@/lib/engine/disk/create-vhd";
import { createDifferencingVhdx, createVhdx } from "@/lib/engine/disk/create-vhdx";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { openTrackedDisk } from "@/lib/engine/tracking/open-tracked-disk";
import { readWriteLogs } from "@/lib/engine/tracking/write-log";
import { bundleProgram } from "@/lib/testing/bundle-program";
import { differingBlocks } from "@/lib/testing/memory-file-tracking-kit";
import type { HammerReply, HammerRequest } from "@/lib/testing/tracked-disk-hammer";
import { nodeFileSystem } from "./node-file-system";

const DISK_BYTES = 24 * 2 ** 20 + 512;
const root = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-hammer-"));
const program = await bundleProgram("lib/testing/tracked-disk-hammer.ts");

let host: ChildProcess | null = null;
afterEach(async () => killHost());
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

async function startHost(image: string, folder: string, seed: number): Promise<void> {
  host = fork(program, [image, folder, String(seed)]);
  const [message] = (await once(host, "message")) as [HammerReply];
  expect(message).toEqual({ ready: true });
}

async function killHost(): Promise<void> {
  if (host === null || host.exitCode !== null || host.signalCode !== null) return;
  const exited = once(host, "exit");
  host.kill("SIGKILL");
  await exited;
}

async function ask<Reply extends HammerReply>(request: HammerRequest): Promise<Reply> {
  if (host === null) throw new Error("no host was started");
  const answer = once(host, "message");
  host.send(request);
  return ((await answer) as [Reply])[0];
}

const identity = { uniqueId: "00112233-4455-6677-8899-aabbccddeeff", createdAt: new Date(0) };
const FORMATS = ["vhd-dynamic", "vhdx-dynamic", "vhdx-differencing"] as const;

/** Blocks as small as each format has them, so that many are added while the reader reads. */
function newImage(format: (typeof FORMATS)[number]): { image: string; folder: string } {
  const folder = fs.mkdtempSync(path.join(root, "t-"));
  const shape = { ...identity, virtualSizeBytes: DISK_BYTES, blockBytes: 2 ** 20 };
  if (format === "vhd-dynamic") {
    const image = path.join(folder, "disk.vhd");
    createDynamicVhd(nodeFileSystem, image, shape).close();
    return { image, folder };
  }
  const image = path.join(folder, "disk.vhdx");
  if (format === "vhdx-dynamic") createVhdx(nodeFileSystem, image, "dynamic", shape).close();
  else {
    const base = createVhdx(nodeFileSystem, path.join(folder, "base.vhdx"), "dynamic", shape);
    base.write(2 ** 20, Buffer.alloc(3 * 2 ** 20, 0xba));
    createDifferencingVhdx(nodeFileSystem, image, base, shape).close();
    base.close();
  }
  return { image, folder };
}

describe.each(FORMATS)("another process reading a disk (%s) that a host never stops writing", (format) => {
  it("sees every cut exactly as it was at the cut, and deltas that miss nothing", async () => {
    const { image, folder } = newImage(format);
    await startHost(image, folder, 11);
    let committed: Buffer | null = null;
    for (let round = 0; round < (format === "vhd-dynamic" ? 12 : 6); round++) {
      const { cut, modelPath } = await ask<{ cut: { preservePath: string; writeLogPaths: string[] | null }; modelPath: string }>({ cut: `c${round}` }); // prettier-ignore
      const model = fs.readFileSync(modelPath);
      const view = openFrozenView(nodeFileSystem, { imagePath: image, preservePath: cut.preservePath });
      const all = Buffer.alloc(DISK_BYTES);
      for (const { offsetBytes, lengthBytes } of view.allocatedExtents()) {
        view.read(offsetBytes, all.subarray(offsetBytes, offsetBytes + lengthBytes));
      }
      expect(differingBlocks(all, model), `round ${round}`).toEqual([]);
      view.close();
      if (committed === null) expect(cut.writeLogPaths).toBeNull();
      else {
        const named = readWriteLogs(nodeFileSystem, cut.writeLogPaths ?? []);
        expect(differingBlocks(model, committed).filter((block) => !named.has(block))).toEqual([]);
      }
      const commit = round % 3 !== 1;
      expect(await ask({ release: { committed: commit } })).toEqual({ released: true });
      if (commit) committed = model;
    }
  });

  it("loses no change when the host is killed in the middle of it, again and again", async () => {
    const { image, folder } = newImage(format);
    let committed: Buffer | null = null;
    for (let round = 0; round < (format === "vhd-dynamic" ? 8 : 4); round++) {
      await startHost(image, folder, 100 + round);
      const { modelPath } = await ask<{ modelPath: string } & HammerReply>({ cut: `c${round}` });
      if (round % 2 === 0) {
        await ask({ release: { committed: true } });
        committed = fs.readFileSync(modelPath);
      }
      await new Promise((resolve) => setTimeout(resolve, 5 + ((round * 37) % 50)));
      await killHost();
      const disk = openDisk(nodeFileSystem, image, "readwrite");
      const tracked = openTrackedDisk({ disk, fileSystem: nodeFileSystem, folder, diskId: "disk" });
      const now = Buffer.alloc(DISK_BYTES);
      tracked.read(0, now);
      expect(tracked.fullReadReason).toBeNull();
      const { writeLogPaths } = tracked.beginCut("check");
      const named = readWriteLogs(nodeFileSystem, writeLogPaths ?? []);
      const changed = differingBlocks(now, committed ?? now);
      expect(changed.length).toBeGreaterThan(0);
      expect(
        changed.filter((block) => !named.has(block)),
        `round ${round}`,
      ).toEqual([]);
      tracked.close();
      expect(fs.readdirSync(folder).filter((name) => name.endsWith(".preserve"))).toEqual([]);
    }
  });
});
