import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bundleProgram } from "@/lib/testing/bundle-program";
import { noiseBlock } from "@/lib/testing/model-disk";
import { seededRandom } from "@/lib/testing/seeded-random";
import { testKeys } from "@/lib/testing/vault-harness";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { FolderStore } from "@/lib/adapters/stores/folder-store";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import { rootOfDisk } from "@/lib/engine/blocks/disk-root";
import { createDynamicVhd } from "@/lib/engine/disk/create-vhd";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import type { ObjectStore } from "@/lib/engine/vault/object-store";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import { materialise } from "@/lib/engine/vault/materialise";
import type { RestoreHands } from "@/lib/engine/vault/restore-hands";
import { openVaultReader } from "@/lib/engine/vault/vault-reader";
import { ThreadHands } from "./thread-hands";
import { threadWorkers } from "./thread-workers";
import { VaultWorkerClient } from "./vault-worker-client";

const MIB = 1024 * 1024;
const VIRTUAL_BYTES = 512 * MIB;
const keys = testKeys();
let folder: string;
let threadProgram: string;
let childProgram: string;
let handProgram: string;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-engine-"));
  threadProgram = await bundleProgram("lib/adapters/engine-workers/replication.worker.ts");
  childProgram = await bundleProgram("bin/vault-worker.ts");
  handProgram = await bundleProgram("lib/adapters/engine-workers/restore.worker.ts");
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
  for (const program of [threadProgram, childProgram, handProgram]) fs.rmSync(program, { force: true });
});

/** A dynamic VHD of 512 MiB with `blockCount` blocks spread over it, every third of them the same. */
function makeImage(name: string, blockCount: number): string {
  const imagePath = path.join(folder, name);
  const vhd = { virtualSizeBytes: VIRTUAL_BYTES, uniqueId: systemRandom.uuid(), createdAt: new Date(0) };
  const disk = createDynamicVhd(nodeFileSystem, imagePath, vhd);
  const random = seededRandom(blockCount);
  const same = noiseBlock(random);
  for (let at = 0; at < blockCount; at++) {
    const index = Math.floor((at * (VIRTUAL_BYTES / BLOCK_BYTES)) / blockCount);
    disk.write(index * BLOCK_BYTES, at % 3 === 0 ? same : noiseBlock(random));
  }
  disk.close();
  return imagePath;
}

const openSession = (store: ObjectStore, program = threadProgram): Promise<VaultSession> =>
  VaultSession.open({
    store,
    keys,
    random: systemRandom,
    clock: systemClock,
    openSource: (spec) => openFrozenView(nodeFileSystem, spec),
    startWorkers: threadWorkers({ program, niceness: 5 }),
  });

interface Replicated {
  readonly name: string;
  readonly root: Buffer;
  readonly top: Buffer;
}

async function replicate(
  session: VaultSession,
  imagePath: string,
  previous: Replicated | null = null,
  dirty?: number[],
): Promise<Replicated> {
  const run = await session.begin({ id: "m", name: "M" });
  try {
    const { root, top } = await run.replicateDisk({
      diskName: "os",
      source: { imagePath, preservePath: null },
      virtualSizeBytes: VIRTUAL_BYTES,
      previousTop: previous,
      blocks: dirty === undefined ? "allocated" : Object.assign(dirty, { count: dirty.length }),
    });
    const disk = {
      diskId: "os",
      virtualSizeBytes: VIRTUAL_BYTES,
      root: root.toString("hex"),
      top: top.toString("hex"),
    };
    const { name } = await run.commit({
      ...{ at: new Date().toISOString(), kind: "CrashConsistent", disks: [disk], orders: null, final: false },
      ...{ sourceBytesRead: 0, changedBytes: 0, storedBytes: 0, previous: previous?.name ?? null },
    });
    return { name, root, top };
  } catch (error) {
    await run.abort();
    throw error;
  }
}

describe("replication on worker threads, restored by a child process", () => {
  let client: VaultWorkerClient;
  let session: VaultSession | undefined;
  afterEach(async () => {
    await client.close();
    await session?.close();
    session = undefined;
  });

  const materialiseArgs = (vault: string, pointName: string, target: string) => ({
    store: { kind: "folder" as const, folder: vault },
    masterKey: keys.master,
    pointName,
    context: { machine: "M", point: "P" },
    diskId: "os",
    targetPath: path.join(folder, target),
    format: "vhd-fixed" as const,
    replace: false,
  });

  it("gives source, point and replica one root, over an initial replication and a delta", async () => {
    client = new VaultWorkerClient({ program: childProgram });
    const imagePath = makeImage("story.vhd", 300);
    const vault = path.join(folder, "story");
    session = await openSession(await FolderStore.open(vault));
    const first = await replicate(session, imagePath);
    const disk = openDisk(nodeFileSystem, imagePath, "readwrite");
    expect(first.root).toEqual((await rootOfDisk(disk, keys)).root);
    const changed = [1, 4_000, 8_191];
    for (const index of changed) disk.write(index * BLOCK_BYTES, noiseBlock(seededRandom(index)));
    disk.close();
    const second = await replicate(session, imagePath, first, changed);
    const phases = new Set<string>();
    const result = await client.run("materialise", materialiseArgs(vault, second.name, "story-replica.vhd"), {
      onProgress: ({ phase }) => phases.add(phase),
    });
    const root = second.root.toString("hex");
    expect(result).toMatchObject({ root, bytesWritten: 303 * BLOCK_BYTES });
    const replica = await client.run("verify-root", {
      masterKey: keys.master,
      imagePath: path.join(folder, "story-replica.vhd"),
    });
    expect(replica).toMatchObject({ root, virtualSizeBytes: VIRTUAL_BYTES });
    const source = await client.run("verify-root", { masterKey: keys.master, imagePath });
    expect(source.root).toBe(root);
    const store = { kind: "folder" as const, folder: vault };
    const points = [first, second].map(({ name }) => ({ name, context: { machine: "M", point: "P" } }));
    const checked = await client.run("check", { store, masterKey: keys.master, points });
    expect(checked.map(({ problem }) => problem)).toEqual([null, null]);
    expect(await client.run("sweep", { store, masterKey: keys.master, minimumAgeMs: 0 })).toMatchObject({
      packsDeleted: 0,
    });
  });

  it("brings typed faults through the channel, naming machine and point", async () => {
    client = new VaultWorkerClient({ program: childProgram });
    const vault = path.join(folder, "faults");
    await FolderStore.open(vault);
    const name = `points/m/20260101T000000000Z-${"a".repeat(64)}`;
    const restoring = client.run("materialise", materialiseArgs(vault, name, "none.vhd"));
    await expect(restoring).rejects.toMatchObject({
      code: "VaultPointMissing",
      message: expect.stringContaining("Recovery point P of M") as string,
      retryable: false,
    });
  });

  it("stops when aborted, before or while it works, and says so with the caller's reason", async () => {
    client = new VaultWorkerClient({ program: childProgram });
    const imagePath = makeImage("abort.vhd", 300);
    const controller = new AbortController();
    const reason = new Error("cancelled by a person");
    const task = client.run(
      "verify-root",
      { masterKey: keys.master, imagePath },
      { signal: controller.signal, onProgress: () => controller.abort(reason) },
    );
    controller.abort(reason);
    await expect(task).rejects.toBe(reason);
    await expect(
      client.run("verify-root", { masterKey: keys.master, imagePath }, { signal: controller.signal }),
    ).rejects.toBe(reason);
  });

  it("fails the tasks of a child that is killed, and goes on with a new one", async () => {
    client = new VaultWorkerClient({ program: childProgram, childCountMax: 1 });
    const imagePath = makeImage("killed.vhd", 300);
    const args = { masterKey: keys.master, imagePath };
    await client.run("verify-root", args);
    const [child] = client.processIds;
    if (child === undefined) throw new Error("a child was started");
    expect(os.getPriority(child)).toBe(10);
    const doomed = client.run("verify-root", args);
    process.kill(child, "SIGKILL");
    await expect(doomed).rejects.toMatchObject({ code: "VaultWorkerDied", retryable: true });
    expect((await client.run("verify-root", args)).virtualSizeBytes).toBe(VIRTUAL_BYTES);
    expect(client.processIds).not.toContain(child);
  });

  it("keeps two workers in step over random data and many packs: nothing stored twice, nothing lost", async () => {
    client = new VaultWorkerClient({ program: childProgram });
    const imagePath = makeImage("many.vhd", 600);
    const vault = path.join(folder, "many");
    session = await openSession(await FolderStore.open(vault));
    const point = await replicate(session, imagePath);
    const store = { kind: "folder" as const, folder: vault };
    const [checked] = await client.run("check", {
      store,
      masterKey: keys.master,
      points: [{ name: point.name, context: { machine: "M", point: "P" } }],
    });
    expect(checked).toMatchObject({ problem: null, bytesRead: 600 * BLOCK_BYTES });
    const packs = await (await FolderStore.open(vault)).list("data/");
    const storedBytes = packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(storedBytes).toBeLessThan(402 * (BLOCK_BYTES + 100));
  });

  it("fails a replication whose source changes while it is read, and does not show a point", async () => {
    client = new VaultWorkerClient({ program: childProgram });
    const imagePath = makeImage("foreign.vhd", 300);
    const vault = path.join(folder, "foreign");
    const store = await FolderStore.open(vault);
    session = await openSession(store);
    const run = await session.begin({ id: "m", name: "M" });
    const replicating = run.replicateDisk({
      diskName: "os",
      source: { imagePath, preservePath: null },
      virtualSizeBytes: VIRTUAL_BYTES,
      previousTop: null,
      blocks: "allocated",
      onProgress: ({ bytesRead }) => {
        if (bytesRead === 0) fs.utimesSync(imagePath, new Date(), new Date());
      },
    });
    await expect(replicating).rejects.toMatchObject({ code: "ImageChangedWhileReading" });
    await run.abort();
    expect(await store.list("points/")).toEqual([]);
    const again = await replicate(session, imagePath);
    expect(await store.size(again.name)).not.toBeNull();
  });

  it("fails a run whose thread dies, saying so, and serves the next run with new threads", async () => {
    client = new VaultWorkerClient({ program: childProgram });
    const imagePath = makeImage("thread.vhd", 100);
    // A real thread that dies, once, when it is to hand over the pack that it has begun.
    const dying = path.join(path.dirname(threadProgram), `dying-${process.pid}.mjs`);
    fs.writeFileSync(
      dying,
      `import { parentPort } from "node:worker_threads"; import fs from "node:fs";
       await import(${JSON.stringify(threadProgram)});
       parentPort.on("message", (m) => { if (m.kind === "finish" && !fs.existsSync(${JSON.stringify(`${dying}.done`)}))
         { fs.writeFileSync(${JSON.stringify(`${dying}.done`)}, ""); process.exit(3); } });`,
    );
    const store = await FolderStore.open(path.join(folder, "thread"));
    session = await openSession(store, dying);
    try {
      await expect(replicate(session, imagePath)).rejects.toMatchObject({ code: "EngineThreadDied", retryable: true });
      expect(await store.list("points/")).toEqual([]);
      for (let attempt = 0; attempt < 15; attempt++) {
        // More runs than there are pack buffers: none was lost with the thread.
        const point = await replicate(session, imagePath);
        expect(await store.size(point.name)).not.toBeNull();
      }
    } finally {
      for (const file of [dying, `${dying}.done`]) fs.rmSync(file, { force: true });
    }
  });
});

describe("restoring with threads", () => {
  let session: VaultSession | undefined;
  const hands: ThreadHands[] = [];
  afterEach(async () => {
    await session?.close();
    for (const one of hands.splice(0)) await one.close();
  });

  async function restoreRequest(name: string) {
    const imagePath = makeImage(`${name}.vhd`, 300);
    const vault = path.join(folder, name);
    const store = await FolderStore.open(vault);
    session = await openSession(store);
    const point = await replicate(session, imagePath);
    const context = { machine: "M", point: point.name };
    const location = { kind: "folder" as const, folder: vault };
    const opened = new ThreadHands(handProgram);
    opened.open({ masterKey: keys.master, store: location, context, virtualSizeBytes: VIRTUAL_BYTES });
    hands.push(opened);
    const disk = {
      diskId: "os",
      virtualSizeBytes: VIRTUAL_BYTES,
      root: point.root.toString("hex"),
      top: point.top.toString("hex"),
    };
    const target = path.join(folder, `${name}-replica.vhd`);
    const request = {
      ...{ vault: await openVaultReader(store, keys), disk, context, targetPath: target, hands: opened },
      ...{ fileSystem: nodeFileSystem, format: "vhd-fixed" as const, random: systemRandom, clock: systemClock },
    };
    return { request, vault, target, imagePath };
  }

  it("gives the same bytes, the same root and the same proof as one thread does", async () => {
    const { request, target, imagePath } = await restoreRequest("hands");
    const made = await materialise(request);
    expect(made).toMatchObject({ root: request.disk.root, bytesWritten: 300 * BLOCK_BYTES });
    const { hands: _none, ...alone } = request;
    expect(await materialise({ ...alone, replace: true })).toMatchObject({ ...made, seconds: expect.any(Number) });
    const [source, replica] = [imagePath, target].map((file) => openDisk(nodeFileSystem, file, "read"));
    const [left, right] = [Buffer.alloc(BLOCK_BYTES), Buffer.alloc(BLOCK_BYTES)];
    for (let at = 0; at < VIRTUAL_BYTES; at += BLOCK_BYTES) {
      source?.read(at, left);
      replica?.read(at, right);
      if (!left.equals(right)) throw new Error(`the replica differs at ${at}`);
    }
  });

  it("stops at a damaged pack with the fault that names it, and leaves no file behind", async () => {
    const { request, vault, target } = await restoreRequest("hands-damaged");
    const [pack] = (await (await FolderStore.open(vault)).list("data/")).map(({ name }) => name);
    const file = path.join(vault, pack ?? "");
    const handle = fs.openSync(file, "r+");
    fs.writeSync(handle, Buffer.from([1, 2, 3, 4]), 0, 4, 5_000);
    fs.closeSync(handle);
    await expect(materialise(request)).rejects.toMatchObject({
      code: "VaultPackDamaged",
      message: expect.stringContaining(pack ?? "") as string,
    });
    expect(fs.readdirSync(path.dirname(target)).filter((name) => name.startsWith(path.basename(target)))).toEqual([]);
  });

  it("does not take a disk for sound whose bytes changed between writing and reading back", async () => {
    const { request } = await restoreRequest("hands-altered");
    const altering: RestoreHands = {
      appetite: request.hands.appetite,
      write: (file, wanted) => request.hands.write(file, wanted),
      hash: (file, run) => request.hands.hash(file, run),
      sync: async (file) => {
        await request.hands.sync(file);
        const disk = openDisk(nodeFileSystem, file, "readwrite");
        disk.write(0, Buffer.alloc(512, 0xee));
        disk.close();
      },
    };
    await expect(materialise({ ...request, hands: altering })).rejects.toMatchObject({ code: "RestoredDiskDiffers" });
  });

  it("fails with a fault that may be tried again when a thread dies", async () => {
    const { request } = await restoreRequest("hands-dead");
    const restoring = materialise(request);
    await request.hands.close();
    await expect(restoring).rejects.toMatchObject({ code: "EngineThreadDied", retryable: true });
  });
});
