import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { materialise } from "@/lib/engine/vault/materialise";
import { openPoint } from "@/lib/engine/vault/open-point";
import { openVaultReader } from "@/lib/engine/vault/vault-reader";
import { synchronizeBack, type SynchronizedDisk } from "@/lib/site/agent/synchronize-back";
import { CausalWriter } from "@/lib/testing/causal-writes";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { MemoryStore } from "@/lib/testing/memory-store";
import { ReplicatingHost } from "@/lib/testing/replicating-host";
import { seededRandom } from "@/lib/testing/seeded-random";
import { captureReplica, type CapturedReplica, type CaptureTask, type CaptureTools } from "./capture-replica";

const MIB = 1024 * 1024;
const DISK_BYTES = 8 * MIB;
const DISKS = ["m1-os", "m1-data"];
const quiet = { onProgress: () => undefined, signal: new AbortController().signal };

let store: MemoryStore;
let site: ReplicatingHost;
let region: ReplicatingHost;
/** Where the guest runs at the moment: its writes go there, in one causal order over the whole circle. */
let home: ReplicatingHost;
let writer: CausalWriter;
let writing = false;

beforeEach(async () => {
  store = new MemoryStore();
  site = new ReplicatingHost({ store, seed: 5 });
  region = new ReplicatingHost({ store, seed: 9 });
  await site.listen();
  await region.listen();
  await site.addMachine("m1", DISK_BYTES);
  home = site;
  const disks = DISKS.map((_, disk) => ({
    ...{ machine: 0, disk },
    target: {
      virtualSizeBytes: DISK_BYTES,
      write: (offset: number, bytes: Uint8Array) => home.hypervisor.machine("m1").disks[disk]?.write(offset, bytes),
    },
  }));
  writer = new CausalWriter(disks, seededRandom(3));
});

afterEach(async () => {
  writing = false;
  await site.close();
  await region.close();
});

/** Writes between the steps of whatever else goes on. */
function keepWriting(): void {
  writing = true;
  let left = 1_000;
  const turn = (): void => {
    if (!writing || left === 0) return;
    left -= 1;
    writer.writeNext();
    setImmediate(turn);
  };
  turn();
}

function write(times: number): void {
  for (let count = 0; count < times; count += 1) writer.writeNext();
}

/** Shut down at the site, its last changes sent, and started in the region from what was restored and proven. */
async function failOver(): Promise<string> {
  await site.client.stop("m1");
  await site.replicator(site.desired("m1", { lastPoint: lastPoint() })).replicateNow(true);
  const name = site.points.at(-1)?.objectName ?? "";
  const context = { machine: "M1", point: name };
  const vault = await openVaultReader(store, site.keys);
  region.fileSystem.makeFolder("/replica");
  const disks = [];
  for (const disk of (await openPoint(store, site.keys, name, context)).disks) {
    const targetPath = `/replica/${disk.diskId}.vhd`;
    const { fileSystem, random } = region;
    fileSystem.remove(targetPath);
    const made = { vault, disk, context, fileSystem, targetPath, random, clock: systemClock };
    await materialise({ ...made, format: "vhd-fixed" });
    disks.push({ id: disk.diskId, name: disk.diskId, path: targetPath, role: "data" as const });
  }
  await region.client.putMachine({ id: "m1", name: "M1", memoryBytes: 1, disks, desired: "running" });
  home = region;
  return name;
}

function lastPoint() {
  const [last, previous] = [site.points.at(-1), site.points.at(-2)];
  return last === undefined ? null : { id: last.id, objectName: last.objectName, previousId: previous?.id ?? null };
}

async function capture(baseName: string, final: boolean, changes: Partial<CaptureTask> = {}): Promise<CapturedReplica> {
  const { client, fileSystem, keys } = region;
  const session = await region.setup().openSession();
  return captureReplica(
    { host: client, session, store, keys, fileSystem, clock: systemClock },
    {
      machine: { id: "m1", name: "M1" },
      replica: {
        ...{ id: "m1", name: "M1" },
        disks: DISKS.map((diskId) => ({ diskId, path: `/replica/${diskId}.vhd` })),
      },
      ...{ baseName, final, cutId: `cut-${region.random.uuid()}` },
      ...changes,
    },
    quiet,
  );
}

function bringBack(pointObjectName: string): Promise<SynchronizedDisk[]> {
  const { client, keys, fileSystem, random } = site;
  return synchronizeBack(
    { host: client, store, keys, fileSystem, random, clock: systemClock, imagesFolder: "/disks" },
    {
      ...{ type: "synchronizeBack", machineId: "m1", protectedItemId: "item-m1", pointObjectName, createMachine: null },
    },
    quiet,
  );
}

function contentsAt(host: ReplicatingHost): Buffer[] {
  return DISKS.map((id) => {
    const path = host === site ? `/disks/${id}.raw` : `/replica/${id}.vhd`;
    const disk = openDisk(new MemoryFileSystem(host.fileSystem.medium), path, "read");
    const bytes = Buffer.alloc(DISK_BYTES);
    disk.read(0, bytes);
    disk.close();
    return bytes;
  });
}

const sum = (disks: readonly SynchronizedDisk[], figure: "bytesWritten" | "bytesReceived" | "bytesSaved") =>
  disks.reduce((total, disk) => total + disk[figure], 0);

describe("a machine that goes to the region and comes back", () => {
  it("has every write that was ever confirmed on its disks, proven by hash, and only differences travelled", async () => {
    write(300);
    await site.replicator(site.desired("m1")).replicateNow(false);
    write(40);
    const failedOverFrom = await failOver();
    write(60);

    // Synchronise before: while the replica runs.
    keepWriting();
    const before = await capture(failedOverFrom, false);
    const first = await bringBack(before.objectName);
    writing = false;
    expect(before.point).toMatchObject({ final: false, origin: "replica", previous: failedOverFrom });
    expect(first.map(({ root }) => root)).toEqual(before.point.disks.map(({ root }) => root));
    const atFirst = writer.check(contentsAt(site));
    expect(atFirst.problem).toBeNull();
    expect(atFirst.generation).toBeGreaterThanOrEqual(400);
    await expect(site.client.start("m1")).rejects.toMatchObject({ code: "SynchronizationIncomplete" });

    // What follows is little: the host has logged it since the first capture.
    write(10);
    await region.client.stop("m1");
    const final = await capture(before.objectName, true);
    expect(final.point.sourceBytesRead).toBeLessThan(before.point.sourceBytesRead);
    expect(final.point.changedBytes).toBeLessThanOrEqual(final.point.sourceBytesRead);
    const last = await bringBack(final.objectName);
    expect(last.map(({ root }) => root)).toEqual(final.point.disks.map(({ root }) => root));
    expect(sum(last, "bytesWritten")).toBe(final.point.changedBytes);
    expect(sum(last, "bytesReceived")).toBeGreaterThan(0);
    expect(sum(last, "bytesSaved")).toBeGreaterThan(0);
    expect(writer.check(contentsAt(site))).toEqual({ generation: writer.history.length, problem: null });

    // It runs at home, and the next replication sends what it has written since, with nothing flagged.
    await site.client.start("m1");
    home = site;
    site.hypervisor.machine("m1").disks[0]?.write(3 * BLOCK_BYTES, Buffer.alloc(512, 1));
    const flags: unknown[] = [];
    const desired = site.desired("m1", {
      lastPoint: { id: "registered", objectName: final.objectName, previousId: null },
    });
    const reversed = site.replicator(desired, {
      noticeResynchronization: async (notice) => {
        flags.push(notice);
        return { flagId: "flag", allowed: true };
      },
    });
    await reversed.replicateNow(false);
    expect(flags).toEqual([]);
    expect(site.points.at(-1)).toMatchObject({ sourceBytesRead: BLOCK_BYTES, changedBytes: BLOCK_BYTES });
    const restored = await site.restore(site.points.at(-1) ?? { objectName: "" });
    expect(contentsAt(site).map((bytes, at) => bytes.equals(restored[at] ?? Buffer.alloc(0)))).toEqual([true, true]);
  });

  it("goes round a second time", async () => {
    write(100);
    await site.replicator(site.desired("m1")).replicateNow(false);
    let base = await failOver();
    for (let circle = 0; circle < 2; circle += 1) {
      write(30);
      await region.client.stop("m1");
      const { objectName, point } = await capture(base, true);
      await bringBack(objectName);
      expect(writer.check(contentsAt(site))).toEqual({ generation: writer.history.length, problem: null });
      const { at, disks } = point;
      site.points.push({ ...site.points.at(-1)!, id: `circle-${circle}`, objectName, at, disks: [...disks] });
      await region.client.removeMachine("m1");
      await site.client.start("m1");
      home = site;
      write(20);
      base = await failOver();
    }
    expect(writer.check(contentsAt(region))).toEqual({ generation: writer.history.length, problem: null });
  });
});

describe("a capture of a replica", () => {
  beforeEach(async () => {
    write(100);
    await site.replicator(site.desired("m1")).replicateNow(false);
  });

  it("is one instant while the replica writes, whatever is read when", async () => {
    let base = await failOver();
    keepWriting();
    for (let round = 0; round < 4; round += 1) {
      const { objectName } = await capture(base, false);
      const { generation, problem } = writer.check(await site.restore({ objectName }));
      expect(problem).toBeNull();
      expect(generation).toBeGreaterThan(100);
      base = objectName;
    }
  });

  it("is refused as the last one while the replica runs, and when it is started meanwhile", async () => {
    const base = await failOver();
    await expect(capture(base, true)).rejects.toMatchObject({ code: "ReplicaNotOff" });
    await region.client.stop("m1");
    const get = store.get.bind(store);
    let started = false;
    store.get = async (name, range) => {
      if (!started && name.startsWith("tree/")) {
        started = true;
        await region.client.start("m1");
      }
      return get(name, range);
    };
    await expect(capture(base, true)).rejects.toMatchObject({ code: "ReplicaNotOff" });
    expect(started).toBe(true);
  });

  it("stores nothing again that an attempt had stored which was killed, and never shows half a point", async () => {
    const base = await failOver();
    write(50);
    const put = store.put.bind(store);
    store.put = (name, bytes) => (name.startsWith("points/") ? Promise.reject(new Error("killed")) : put(name, bytes));
    await expect(capture(base, false)).rejects.toThrow("killed");
    store.put = put;
    const again = await capture(base, false);
    expect(again.point.storedBytes).toBe(0);
    expect(writer.check(await site.restore(again))).toEqual({ generation: 150, problem: null });
  });

  it("reads everything and compares when the host's logs begin at another point, and stores the differences only", async () => {
    const base = await failOver();
    write(5);
    const lost = await capture(base, false);
    write(5);
    // The caller was killed before it made the first one known.
    const again = await capture(base, false);
    expect(again.point.sourceBytesRead).toBeGreaterThan(lost.point.sourceBytesRead / 2);
    expect(again.point.changedBytes).toBeGreaterThanOrEqual(lost.point.changedBytes);
    expect(writer.check(await site.restore(again))).toEqual({ generation: 110, problem: null });
  });

  /** A capture at a region's host that answers one thing differently. */
  async function captureAt(base: string, changes: Partial<CaptureTools["host"]>): Promise<CapturedReplica> {
    const { client, fileSystem, keys } = region;
    const host: CaptureTools["host"] = {
      machine: (id) => client.machine(id),
      settleDisks: (id) => client.settleDisks(id),
      setTracking: (id, body) => client.setTracking(id, body),
      cut: (id, body) => client.cut(id, body),
      verifyCut: (id, cutId) => client.verifyCut(id, cutId),
      releaseCut: (id, cutId, body) => client.releaseCut(id, cutId, body),
      ...changes,
    };
    const session = await region.setup().openSession();
    return captureReplica(
      { host, session, store, keys, fileSystem, clock: systemClock },
      {
        machine: { id: "m1", name: "M1" },
        replica: { id: "m1", name: "M1", disks: DISKS.map((diskId) => ({ diskId, path: "" })) },
        ...{ baseName: base, final: false, cutId: "cut" },
      },
      quiet,
    );
  }

  it("is void when the region's host restarts meanwhile", async () => {
    const base = await failOver();
    await expect(captureAt(base, { verifyCut: async () => false })).rejects.toMatchObject({ code: "CutVoid" });
    const names = (await store.list("points/")).map(({ name }) => name).sort();
    expect(names.at(-1)).toBe(base);
  });

  it("waits for a replica that was started instantly: its image is not its disk yet", async () => {
    const base = await failOver();
    let cuts = 0;
    const cut = async () => {
      cuts += 1;
      throw new Error("a disk that is not whole was cut");
    };
    const capturing = captureAt(base, { settleDisks: async () => false, cut });
    await expect(capturing).rejects.toMatchObject({ code: "ReplicaNotWhole", retryable: true });
    expect(cuts).toBe(0);
    expect((await captureAt(base, {})).point.changedBytes).toBe(0);
  });

  it("takes a replica that was never started from its disks at rest, which hold what the base holds", async () => {
    const base = await failOver();
    await region.client.removeMachine("m1");
    const { point } = await capture(base, true);
    expect(point).toMatchObject({ changedBytes: 0, final: true });
    const before = await openPoint(store, site.keys, base, { machine: "M1", point: base });
    expect(point.disks).toEqual(before.disks);
  });

  it("is never registered belatedly by the site: whoever took it makes it known", async () => {
    const base = await failOver();
    await capture(base, false);
    const known = { id: site.points.at(-1)?.id ?? "", objectName: base, previousId: null };
    await site.client.start("m1");
    const count = site.points.length;
    await site.replicator(site.desired("m1", { lastPoint: known })).replicateNow(false);
    expect(site.points.length).toBe(count + 1);
  });
});
