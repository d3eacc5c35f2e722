import fs from "node:fs";
import type { Server } from "node:http";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listenOnUnixSocket } from "@/lib/adapters/compute/unix-socket";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { ComputeHost } from "@/lib/compute/host";
import { HostClient } from "@/lib/compute/host-client";
import { createHostServer } from "@/lib/compute/host-server";
import { rootOfDisk } from "@/lib/engine/blocks/disk-root";
import { createDisk } from "@/lib/engine/disk/create-disk";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import type { SourceSpec } from "@/lib/engine/vault/block-workers";
import { inlineWorkers } from "@/lib/engine/vault/inline-workers";
import type { ObjectStore } from "@/lib/engine/vault/object-store";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import type { Clock } from "@/lib/kernel/clock";
import type { MachineToCreate, SiteCommand } from "@/lib/operations/ports/site-gateway";
import { MemoryStore } from "@/lib/testing/memory-store";
import { PuppetHypervisor } from "@/lib/testing/puppet-hypervisor";
import { noHooks } from "@/lib/testing/replicating-host";
import { PASSPHRASE, startSiteVaultDoor, temporaryFolder, type SiteVaultDoor } from "@/lib/testing/site-vault-door";
import { parseCredentialsFile } from "../credentials-file";
import { registerHost } from "../register-host";
import type { HostRegistration } from "../registration-file";
import { VaultClient } from "../vault-client";
import { SiteAgent } from "./site-agent";

const MIB = 1024 * 1024;
const BLOCK = 64 * 1024;
const MACHINE = "11111111-1111-4111-8111-111111111111";
const ITEM = "item-1";
const DISKS = { os: "os.vhdx", data: "data.vhd" };

let folder: string;
let remove: () => void;
let door: SiteVaultDoor;
let registration: HostRegistration;
let host: ComputeHost;
let hypervisor: PuppetHypervisor;
let hostServer: Server;
let hostClient: HostClient;
let agents: { agent: SiteAgent; ended: Promise<void> }[] = [];
/** Called at each download. */
let onDownload: (name: string) => Promise<void> = async () => {};

const hurried: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.ceil(ms / 20), signal) };
const at = (name: string) => path.join(folder, name);
const openSource = (spec: SourceSpec) => openFrozenView(nodeFileSystem, spec);

async function startHost(): Promise<void> {
  host = new ComputeHost({
    ...{ home: at("host"), hostName: "HV", pid: process.pid, fileSystem: nodeFileSystem, hypervisor },
    ...{ clock: systemClock, random: systemRandom, bootId: null },
  });
  hostServer = createHostServer(host, () => undefined);
  await listenOnUnixSocket(hostServer, at("host.sock"));
  await host.startDesired();
}

async function stopHost(): Promise<void> {
  hostServer.closeAllConnections();
  await new Promise((resolve) => hostServer.close(resolve));
}

function startAgent(): void {
  const { endpoint, trusted, clientCertificate, clientKeyPem, vaultKeys } = registration;
  const agent = new SiteAgent({
    ...{ registration, host: hostClient, hooks: noHooks, fileSystem: nodeFileSystem, journalFolder: null },
    client: new VaultClient({ endpoint, trusted, client: { certificatePem: clientCertificate, keyPem: clientKeyPem } }),
    imagesFolder: at("created"),
    openSession: (store) =>
      VaultSession.open({
        ...{ store, keys: vaultKeys, openSource, random: systemRandom, clock: systemClock },
        startWorkers: inlineWorkers(openSource, systemRandom),
      }),
    ...{ clock: hurried, random: systemRandom, log: () => undefined },
  });
  agents.push({ agent, ended: agent.run() });
}

async function stopAgents(): Promise<void> {
  const stopping = agents;
  agents = [];
  for (const { agent } of stopping) agent.stop();
  await Promise.all(stopping.map(({ ended }) => ended));
}

/** A machine of a VHDX and a fixed VHD, as a site has them. */
async function makeMachine(): Promise<void> {
  const image = { createdAt: new Date("2026-01-01T00:00:00Z"), uniqueId: systemRandom.uuid() };
  const os = createDisk(nodeFileSystem, at(DISKS.os), "vhdx-dynamic", { ...image, virtualSizeBytes: 256 * MIB });
  for (let block = 0; block < 256; block++) os.write(block * BLOCK * 4, systemRandom.bytes(BLOCK));
  os.close();
  const data = createDisk(nodeFileSystem, at(DISKS.data), "vhd-fixed", { ...image, virtualSizeBytes: 2 * MIB });
  data.write(0, systemRandom.bytes(BLOCK));
  data.close();
  await host.put({
    ...{ id: MACHINE, name: "CONTOSO-SQL", generation: 1, osType: "Other", memoryBytes: 16 * MIB, cpuCount: 1 },
    disks: [
      { id: "os", name: DISKS.os, path: at(DISKS.os), role: "os" },
      { id: "data", name: DISKS.data, path: at(DISKS.data), role: "data" },
    ],
    ...{ desired: "off", bootable: true },
    attachments: { passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false },
  });
}

/** What a replica would have written, stored as a point of the machine; without a word to the site. */
async function pointOfReplica(blocks: readonly number[], final: boolean) {
  const disks = [];
  const session = await VaultSession.open({
    ...{ store: door.store, keys: door.keys, openSource, random: systemRandom, clock: systemClock },
    startWorkers: inlineWorkers(openSource, systemRandom),
  });
  const run = await session.begin({ id: MACHINE, name: "CONTOSO-SQL" });
  for (const [diskId, name] of Object.entries(DISKS)) {
    const imagePath = at(`replica-${name}`);
    if (!fs.existsSync(imagePath)) fs.copyFileSync(at(name), imagePath);
    const disk = openDisk(nodeFileSystem, imagePath, "readwrite");
    const { virtualSizeBytes } = disk;
    for (const block of diskId === "os" ? blocks : []) disk.write(block * BLOCK, systemRandom.bytes(BLOCK));
    disk.close();
    const made = await run.replicateDisk({
      ...{ diskName: diskId, source: { imagePath, preservePath: null }, virtualSizeBytes, previousTop: null },
      blocks: "allocated",
    });
    disks.push({ diskId, virtualSizeBytes, root: made.root.toString("hex"), top: made.top.toString("hex") });
  }
  const { name } = await run.commit({
    ...{ at: new Date().toISOString(), kind: "CrashConsistent", disks, orders: null, final, previous: null },
    ...{ sourceBytesRead: 0, changedBytes: 0, storedBytes: 0, origin: "replica" },
  });
  await session.close();
  return { name, roots: disks.map(({ root }) => root) };
}

function bringBack(pointObjectName: string, changes: Partial<Extract<SiteCommand, { type: "synchronizeBack" }>> = {}) {
  return door.gateway.command(
    registration.providerId,
    {
      ...{ type: "synchronizeBack", machineId: MACHINE, protectedItemId: ITEM, pointObjectName, createMachine: null },
      ...changes,
    },
    { timeoutMs: 15_000 },
  );
}

async function rootsOf(paths: readonly string[]): Promise<string[]> {
  const roots = [];
  for (const file of paths) {
    const disk = openDisk(nodeFileSystem, file, "read");
    roots.push((await rootOfDisk(disk, door.keys)).root.toString("hex"));
    disk.close();
  }
  return roots;
}
const rootsNow = () => rootsOf([at(DISKS.os), at(DISKS.data)]);

function want(changes: Partial<(typeof door.desired)[number]> = {}): void {
  door.desired.push({
    ...{ protectedItemId: ITEM, machineId: MACHINE, diskIds: ["os", "data"], intervalSeconds: 3_600 },
    ...{ state: "paused", lastPoint: null, applicationConsistent: null, consistencyGroup: null },
    ...changes,
  });
}

beforeEach(async () => {
  ({ folder, remove } = temporaryFolder("back-"));
  hypervisor = new PuppetHypervisor();
  onDownload = async () => {};
  const memory = new MemoryStore();
  const store: ObjectStore = {
    get: async (name, range) => {
      await onDownload(name);
      return memory.get(name, range);
    },
    size: (name) => memory.size(name),
    list: (prefix) => memory.list(prefix),
    delete: (name) => memory.delete(name),
    put: (name, bytes) => memory.put(name, bytes),
  };
  door = await startSiteVaultDoor({ folder, store });
  await startHost();
  hostClient = new HostClient(at("host.sock"));
  registration = await registerHost({
    ...{ passphrase: PASSPHRASE, endpoint: null, hostName: "HV", folder: at("agent") },
    credentials: parseCredentialsFile(await door.createKey(), new Date()),
    ...{ clock: systemClock, random: systemRandom },
  });
  await makeMachine();
});

afterEach(async () => {
  await stopAgents();
  hostClient.close();
  await stopHost();
  await door.close();
  remove();
});

describe("a machine that the agent takes back", () => {
  it("gets what differs into its own images, is proven, and is replicated by differences from there", async () => {
    const point = await pointOfReplica([0, 7, 1_000], true);
    want();
    startAgent();
    const { synchronizedBack } = await bringBack(point.name);
    expect(synchronizedBack?.map(({ root }) => root)).toEqual(point.roots);
    expect(await rootsNow()).toEqual(point.roots);
    const [os, data] = synchronizedBack ?? [];
    expect(os).toMatchObject({ bytesWritten: 3 * BLOCK, bytesSaved: 254 * BLOCK });
    expect(os?.bytesReceived).toBeGreaterThan(3 * BLOCK);
    expect(os?.bytesReceived).toBeLessThan(8 * BLOCK);
    expect(data).toMatchObject({ bytesWritten: 0, bytesSaved: BLOCK });

    await hostClient.start(MACHINE);
    hypervisor.machine(MACHINE).disks[0]?.write(9 * BLOCK, Buffer.alloc(512, 1));
    Object.assign(door.desired[0] ?? {}, {
      ...{ state: "active", lastPoint: { id: "point-1", objectName: point.name, previousId: null } },
    });
    // With its next heartbeat the agent hears of it, and replicates by itself.
    await expect.poll(() => door.points.length, { timeout: 30_000 }).toBeGreaterThan(0);
    expect(door.notices).toEqual([]);
    expect(door.points[0]).toMatchObject({ sourceBytesRead: BLOCK, changedBytes: BLOCK });
  });

  it("is not started while its replica runs on, nor after an interruption, and goes on where it was", async () => {
    const blocks = Array.from({ length: 200 }, (_, index) => index * 5);
    const point = await pointOfReplica(blocks, false);
    want();
    startAgent();
    let downloads = 0;
    onDownload = async (name) => {
      if (!name.startsWith("data/") || (downloads += 1) < 6) return;
      for (const { agent } of agents) agent.stop();
    };
    const interrupted = bringBack(point.name).catch(() => null);
    await Promise.all(agents.map(({ ended }) => ended));
    agents = [];
    onDownload = async () => {};
    const start = () => hostClient.start(MACHINE);
    await expect(start()).rejects.toMatchObject({ code: "SynchronizationIncomplete" });
    expect((await hostClient.machine(MACHINE)).incoming).toMatchObject({ stage: "writing" });

    // The vault still waits for the answer: the next agent is asked the same.
    startAgent();
    const back = (await interrupted)?.synchronizedBack ?? (await bringBack(point.name)).synchronizedBack ?? [];
    expect(back.map(({ root }) => root)).toEqual(point.roots);
    expect(back[0]?.bytesWritten).toBeLessThan(200 * BLOCK);
    await expect(start()).rejects.toMatchObject({ code: "SynchronizationIncomplete" });
    const final = await pointOfReplica([3], true);
    const { synchronizedBack } = await bringBack(final.name);
    expect(synchronizedBack?.[0]).toMatchObject({ bytesWritten: BLOCK });
    expect(await start()).toMatchObject({ power: "running" });
  });

  it("comes back although its host died meanwhile, once that is up again", async () => {
    const point = await pointOfReplica([1, 2, 3], true);
    want();
    startAgent();
    let died = false;
    onDownload = async (name) => {
      if (!name.startsWith("data/") || died) return;
      died = true;
      await stopHost();
    };
    const asked = bringBack(point.name);
    await expect.poll(() => died).toBe(true);
    // All has come long before: only the host's word is missing.
    await systemClock.sleep(300);
    await startHost();
    expect((await asked).synchronizedBack?.map(({ root }) => root)).toEqual(point.roots);
    expect(await rootsNow()).toEqual(point.roots);
    expect(await hostClient.start(MACHINE)).toMatchObject({ power: "running" });
  });

  it("tells how far it is, in bytes, and nothing else of that machine meanwhile", async () => {
    const point = await pointOfReplica([1, 2, 3], true);
    want();
    startAgent();
    let seen = 0;
    onDownload = async (name) => {
      if (!name.startsWith("data/")) return;
      const deadline = performance.now() + 5_000;
      const before = door.progress.length;
      const arrived = () => door.progress.slice(before).filter(({ phase }) => phase === "synchronizingBack").length;
      while (arrived() < 2 && performance.now() < deadline) await systemClock.sleep(10);
      const reports = door.progress.slice(before + 1);
      expect(reports.every(({ phase }) => phase === "synchronizingBack")).toBe(true);
      expect(reports.at(-1)).toMatchObject({ bytesTotal: 3 * BLOCK });
      seen += 1;
    };
    await bringBack(point.name);
    expect(seen).toBeGreaterThan(0);
  });

  it("is asked for once, however often it is asked, and a later point takes the place of an earlier one", async () => {
    const earlier = await pointOfReplica([1, 2], false);
    const later = await pointOfReplica([3], true);
    want();
    startAgent();
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let reached = (): void => undefined;
    const atWork = new Promise<void>((resolve) => (reached = resolve));
    onDownload = async (name) => {
      if (!name.startsWith("data/")) return;
      reached();
      await gate;
    };
    const asked = [bringBack(earlier.name), bringBack(earlier.name)];
    const ends = Promise.allSettled(asked);
    await atWork;
    const instead = bringBack(later.name);
    await systemClock.sleep(200);
    open();
    expect((await instead).synchronizedBack?.map(({ root }) => root)).toEqual(later.roots);
    expect(await ends).toMatchObject([
      { status: "rejected", reason: { code: "SynchronizationOvertaken" } },
      { status: "rejected", reason: { code: "SynchronizationOvertaken" } },
    ]);
    expect(await rootsNow()).toEqual(later.roots);
  });

  it("is refused while it runs, and when it has another disk than the point", async () => {
    const point = await pointOfReplica([1], true);
    startAgent();
    await hostClient.start(MACHINE);
    await expect(bringBack(point.name)).rejects.toMatchObject({ code: "MachineNotOff" });
    await hostClient.stop(MACHINE);
    const { disks, ...rest } = await hostClient.machine(MACHINE);
    await hostClient.putMachine({ ...rest, disks: disks.filter(({ id }) => id === "data") });
    await expect(bringBack(point.name)).rejects.toMatchObject({ code: "FailbackDiskMissing" });
    const larger = createDisk(nodeFileSystem, at("larger.vhd"), "vhd-fixed", {
      ...{ createdAt: new Date(0), uniqueId: systemRandom.uuid(), virtualSizeBytes: 257 * MIB },
    });
    larger.close();
    const os = { id: "os", name: "larger.vhd", path: at("larger.vhd"), role: "os" } as const;
    await hostClient.putMachine({ ...rest, disks: [os, ...disks.filter(({ id }) => id === "data")] });
    await expect(bringBack(point.name)).rejects.toMatchObject({ code: "DiskSizeDiffers" });
    expect((await hostClient.machine(MACHINE)).incoming).toBeNull();
    await expect(bringBack(point.name, { machineId: "other" })).rejects.toMatchObject({ code: "MachineNotFound" });
  });

  it("is created where it was not, in the formats asked for, and everything that is not zero is fetched", async () => {
    const point = await pointOfReplica([4], true);
    await hostClient.removeMachine(MACHINE);
    startAgent();
    const createMachine: MachineToCreate = {
      ...{ name: "CONTOSO-SQL", generation: 1, osType: "Other", memoryBytes: 16 * MIB, cpuCount: 1 },
      disks: [
        { id: "data", name: "../../data", role: "data", format: "vhd-dynamic", virtualSizeBytes: 2 * MIB },
        { id: "os", name: "os.vhdx", role: "os", format: "vhdx-dynamic", virtualSizeBytes: 256 * MIB },
      ],
    };
    const { synchronizedBack } = await bringBack(point.name, { createMachine });
    expect(synchronizedBack?.map(({ root }) => root)).toEqual(point.roots);
    expect(synchronizedBack?.every(({ bytesSaved }) => bytesSaved === 0)).toBe(true);
    const machine = await hostClient.machine(MACHINE);
    expect(machine).toMatchObject({ name: "CONTOSO-SQL", power: "off", incoming: null, tracking: true });
    expect(machine.disks.map(({ id, format }) => [id, format])).toEqual([
      ["os", "vhdx-dynamic"],
      ["data", "vhd-dynamic"],
    ]);
    for (const disk of machine.disks) expect(path.dirname(disk.path)).toBe(at(`created/${MACHINE}`));
    // Asked again, as after a kill: it is there and equal.
    const again = await bringBack(point.name, { createMachine });
    expect(again.synchronizedBack?.every(({ bytesWritten }) => bytesWritten === 0)).toBe(true);
    expect(await hostClient.start(MACHINE)).toMatchObject({ power: "running" });
    // The logs go on although the vault has not asked this host to replicate it yet.
    await systemClock.sleep(400);
    expect((await hostClient.machine(MACHINE)).tracking).toBe(true);
  });
});
