import { beforeEach, describe, expect, it } from "vitest";
import { createDynamicVhd, createFixedVhd } from "@/lib/engine/disk/create-vhd";
import { identityOfFiles, pathsOf } from "@/lib/engine/disk/disk-identity";
import { openDisk } from "@/lib/engine/disk/open-disk";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { readWriteLogs } from "@/lib/engine/tracking/write-log";
import { MemoryFileSystem, ProcessKilled } from "@/lib/testing/memory-file-system";
import { PuppetHypervisor } from "@/lib/testing/puppet-hypervisor";
import { ComputeHost } from "./host";
import type { IncomingEnd, MachineDefinition } from "./host-protocol";

const MIB = 1024 * 1024;
const BLOCK = 64 * 1024;
const POINT = "points/m1/20261127T220000000Z-aa";
const IMAGES = { os: "/disks/os.vhd", data: "/disks/data.vhd" };

let fileSystem: MemoryFileSystem;
let hypervisor: PuppetHypervisor;
let ids = 0;

function newHost(on: FileSystem = fileSystem): ComputeHost {
  return new ComputeHost({
    ...{ home: "/home", hostName: "HV01", pid: 1, fileSystem: on, hypervisor, bootId: "boot-1" },
    clock: { now: () => new Date("2026-11-27T22:00:00Z"), monotonicMs: () => 0, sleep: async () => undefined },
    random: { bytes: (count) => Buffer.alloc(count, 7), uuid: () => `id-${(ids += 1)}` },
  });
}

function definition(change: Partial<MachineDefinition> = {}): MachineDefinition {
  return {
    ...{ id: "m1", name: "SQL", generation: 1, osType: "Other", memoryBytes: MIB, cpuCount: 1 },
    disks: [
      { id: "os", name: "os.vhd", path: IMAGES.os, role: "os" },
      { id: "data", name: "data.vhd", path: IMAGES.data, role: "data" },
    ],
    ...{ desired: "running", bootable: true },
    attachments: { passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false },
    ...change,
  };
}

beforeEach(() => {
  fileSystem = new MemoryFileSystem();
  hypervisor = new PuppetHypervisor();
  fileSystem.makeFolder("/disks");
  const vhd = { uniqueId: "11111111-2222-4333-8444-555555555555", createdAt: new Date("2026-01-01T00:00:00Z") };
  createDynamicVhd(fileSystem, IMAGES.os, { ...vhd, virtualSizeBytes: 64 * MIB }).close();
  createFixedVhd(fileSystem, IMAGES.data, { ...vhd, virtualSizeBytes: 4 * MIB }).close();
});

/** A machine that was replicated and has been shut down. */
async function shutDownMachine(host = newHost()): Promise<ComputeHost> {
  await host.put(definition());
  await host.setTracking("m1", { enabled: true });
  const cut = await host.cut("m1", {});
  await host.releaseCut("m1", cut.cutId, true, "an earlier point");
  await host.stop("m1");
  return host;
}

function writeImage(path: string, block: number, fill: number): void {
  const image = openDisk(fileSystem, path, "readwrite");
  image.write(block * BLOCK, Buffer.alloc(512, fill));
  image.sync();
  image.close();
}

function firstByteOf(path: string, block: number): number {
  const image = openDisk(fileSystem, path, "read");
  const bytes = Buffer.alloc(512);
  image.read(block * BLOCK, bytes);
  image.close();
  return bytes[0] ?? -1;
}

function endOf(moreToCome = false): IncomingEnd {
  const disks = Object.entries(IMAGES).map(([diskId, path]) => {
    const image = openDisk(fileSystem, path, "read");
    const identity = identityOfFiles(fileSystem, pathsOf(image));
    image.close();
    return { diskId, identity };
  });
  return { point: POINT, disks, moreToCome };
}

describe("disks that are made what a point holds", () => {
  it("are not touched by the host meanwhile, and are its own again afterwards, logged from that point on", async () => {
    const host = await shutDownMachine();
    expect(await host.beginIncoming("m1", POINT)).toMatchObject({
      incoming: { point: POINT, stage: "writing" },
      ...{ tracking: false, orders: null, power: "off" },
    });
    writeImage(IMAGES.os, 100, 7);
    expect(await host.endIncoming("m1", endOf())).toBe(true);
    expect(host.machine("m1")).toMatchObject({ incoming: null, tracking: true });
    await host.start("m1");
    hypervisor.machine("m1").disks[0]?.write(5 * BLOCK, Buffer.alloc(512, 1));
    const cut = await host.cut("m1", {});
    expect(cut.baseline).toBe(POINT);
    const [os, data] = cut.disks.map(({ writeLogPaths }) => readWriteLogs(fileSystem, writeLogPaths ?? []).toArray());
    expect([...(os ?? [])]).toEqual([5]);
    expect([...(data ?? [])]).toEqual([]);
  });

  it("keep the machine from being started, cut or tracked, by whomever and after a restart of the host", async () => {
    const host = await shutDownMachine();
    await host.beginIncoming("m1", POINT);
    for (const one of [host, newHost()]) {
      await expect(one.start("m1")).rejects.toMatchObject({ code: "SynchronizationIncomplete" });
      await expect(one.cut("m1", {})).rejects.toMatchObject({ code: "SynchronizationIncomplete" });
      await expect(one.setTracking("m1", { enabled: true })).rejects.toMatchObject({
        code: "SynchronizationIncomplete",
      });
      expect(await one.put(definition({ desired: "running" }))).toMatchObject({ power: "off" });
      await one.startDesired();
      expect(one.machine("m1").power).toBe("off");
    }
  });

  it("keep it off when more is to come, until the last point has come", async () => {
    const host = await shutDownMachine();
    await host.beginIncoming("m1", POINT);
    expect(await host.endIncoming("m1", endOf(true))).toBe(true);
    expect(host.machine("m1")).toMatchObject({ incoming: { stage: "moreToCome" }, tracking: false });
    await expect(newHost().start("m1")).rejects.toMatchObject({ code: "SynchronizationIncomplete" });
    await host.beginIncoming("m1", POINT);
    await host.endIncoming("m1", endOf());
    expect(await host.start("m1")).toMatchObject({ power: "running" });
  });

  it("are refused back when somebody wrote to them after they were proven", async () => {
    const host = await shutDownMachine();
    await host.beginIncoming("m1", POINT);
    const end = endOf();
    writeImage(IMAGES.data, 3, 9);
    await expect(host.endIncoming("m1", end)).rejects.toMatchObject({ code: "ImageChanged" });
    await expect(host.start("m1")).rejects.toMatchObject({ code: "SynchronizationIncomplete" });
  });

  it("are not given away while the machine runs, and not taken back for another point", async () => {
    const host = newHost();
    await host.put(definition());
    await expect(host.beginIncoming("m1", POINT)).rejects.toMatchObject({ code: "MachineNotOff" });
    expect(await host.endIncoming("m1", endOf())).toBe(false);
    await host.stop("m1");
    await host.beginIncoming("m1", `${POINT}b`);
    expect(await host.endIncoming("m1", endOf())).toBe(false);
  });

  it("end a cut that stood, whose reader hears of it", async () => {
    const host = await shutDownMachine();
    const cut = await host.cut("m1", {});
    await host.beginIncoming("m1", POINT);
    expect(host.verifyCut("m1", cut.cutId)).toBe(false);
  });

  it("of a folder of somebody's images are given and taken as well; nothing is logged of them", async () => {
    const host = newHost();
    await host.put(definition({ desired: "off", bootable: false }));
    await host.beginIncoming("m1", POINT);
    writeImage(IMAGES.os, 1, 1);
    expect(await host.endIncoming("m1", endOf())).toBe(true);
    expect(host.machine("m1").incoming).toBeNull();
  });

  it("are forgotten with the machine", async () => {
    const host = await shutDownMachine();
    await host.beginIncoming("m1", POINT);
    await host.remove("m1");
    expect(await newHost().put(definition())).toMatchObject({ power: "running", incoming: null });
  });

  it("survive a kill of the host at any call: it never starts a mixture, and never logs from a point that it is not", async () => {
    const story = async (host: ComputeHost) => {
      await host.beginIncoming("m1", POINT);
      writeImage(IMAGES.os, 36, 7);
      await host.endIncoming("m1", endOf());
    };
    const prepared = async (killAtCall?: number) => {
      fileSystem = new MemoryFileSystem();
      fileSystem.makeFolder("/disks");
      const vhd = { uniqueId: "11111111-2222-4333-8444-555555555555", createdAt: new Date("2026-01-01T00:00:00Z") };
      createDynamicVhd(fileSystem, IMAGES.os, { ...vhd, virtualSizeBytes: 4 * MIB }).close();
      createFixedVhd(fileSystem, IMAGES.data, { ...vhd, virtualSizeBytes: MIB }).close();
      await (await shutDownMachine()).shutDown();
      const on = fileSystem.restart();
      const host = newHost(on);
      if (killAtCall !== undefined) on.faults = { killAtCall: on.calls + killAtCall };
      return { on, host, before: on.calls };
    };
    const calm = await prepared();
    await story(calm.host);
    const calls = calm.on.calls - calm.before;
    expect(calls).toBeGreaterThan(20);
    for (let killAtCall = 1; killAtCall <= calls; killAtCall += 1) {
      const { host, on } = await prepared(killAtCall);
      await expect(story(host)).rejects.toBeInstanceOf(ProcessKilled);
      expect(on.killed).toBe(true);
      const next = newHost(fileSystem.restart());
      const { incoming } = next.machine("m1");
      if (incoming !== null) {
        const started = next.start("m1");
        await expect(started, `call ${killAtCall}`).rejects.toMatchObject({ code: "SynchronizationIncomplete" });
        await story(next);
      }
      const written = firstByteOf(IMAGES.os, 36) === 7;
      const { baseline, disks } = await next.cut("m1", {});
      // Null: everything will be read and compared, which is right whatever there is.
      const suffices = disks.every(({ writeLogPaths }) => writeLogPaths !== null);
      if (suffices) expect(baseline, `call ${killAtCall}`).toBe(written ? POINT : "an earlier point");
    }
  });
});
