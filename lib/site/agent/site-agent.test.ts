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
import type { GuestDisk, Hypervisor } from "@/lib/compute/hypervisor";
import { rootOfDisk } from "@/lib/engine/blocks/disk-root";
import { createDynamicVhd } from "@/lib/engine/disk/create-vhd";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { inlineWorkers } from "@/lib/engine/vault/inline-workers";
import { storageFull, type ObjectStore } from "@/lib/engine/vault/object-store";
import type { SourceSpec } from "@/lib/engine/vault/block-workers";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import type { Clock } from "@/lib/kernel/clock";
import { MemoryStore } from "@/lib/testing/memory-store";
import { PASSPHRASE, startSiteVaultDoor, temporaryFolder, type SiteVaultDoor } from "@/lib/testing/site-vault-door";
import { FolderHooks } from "../hooks/folder-hooks";
import { parseCredentialsFile } from "../credentials-file";
import { registerHost, type RegisterHostInput } from "../register-host";
import type { HostRegistration } from "../registration-file";
import { VaultClient } from "../vault-client";
import { SiteAgent } from "./site-agent";
import type { SiteHost } from "./site-host";

const MIB = 1024 * 1024;
const BLOCK = 64 * 1024;
const MACHINE = "11111111-1111-4111-8111-111111111111";
const ITEM = "item-1";

let folder: string;
let remove: () => void;
let door: SiteVaultDoor;
let registration: HostRegistration;
let host: ComputeHost;
let hostServer: Server;
let hostClient: HostClient;
let guest: readonly GuestDisk[] = [];
let agents: { agent: SiteAgent; ended: Promise<void> }[] = [];
let logged: string[] = [];
let full = false;
/** Called at each upload, before it is stored. */
let onUpload: (name: string) => Promise<void> = async () => {};

/** Waits in tests are the interesting instants only: minutes of back-off pass in a hundredth. */
const hurried: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.ceil(ms / 20), signal) };

/** A guest that writes what the test tells it to, through the host's write log. */
const hypervisor: Hypervisor = {
  name: "v86",
  unavailableReason: () => null,
  start: async ({ id, disks }) => {
    guest = disks;
    return {
      id,
      screen: () => ({ rows: [], serial: "", revision: 0 }),
      screenshot: async () => null,
      onConsole: () => () => {},
      onSerial: () => () => {},
      failure: () => null,
      onFailure: () => {},
      diskProblem: () => null,
      powerOff: async () => {
        guest = [];
      },
      sendSerial: () => {},
    };
  },
};

function write(disk: number, block: number, fill: number): void {
  guest[disk]?.write(block * BLOCK, Buffer.alloc(4_096, fill));
}

async function startHost(): Promise<void> {
  host = new ComputeHost({
    home: path.join(folder, "host"),
    hostName: "HV",
    pid: process.pid,
    fileSystem: nodeFileSystem,
    clock: systemClock,
    random: systemRandom,
    bootId: null,
    hypervisor,
  });
  hostServer = createHostServer(host, (error) => logged.push(String(error)));
  await listenOnUnixSocket(hostServer, path.join(folder, "host.sock"));
  await host.startDesired();
}

/** As SIGKILL would: nothing is closed, nothing is said; the next one finds what is on the medium. */
async function killHost(): Promise<void> {
  hostServer.closeAllConnections();
  await new Promise((resolve) => hostServer.close(resolve));
}

const imagePath = (name: string) => path.join(folder, name);

async function makeMachine(bootable = true): Promise<void> {
  const disk = createDynamicVhd(nodeFileSystem, imagePath("os.vhd"), {
    ...{ uniqueId: systemRandom.uuid(), createdAt: new Date("2026-01-01T00:00:00Z"), virtualSizeBytes: 256 * MIB },
  });
  for (let block = 0; block < 64; block++) disk.write(block * BLOCK * 4, systemRandom.bytes(BLOCK));
  disk.close();
  fs.writeFileSync(imagePath("data.raw"), systemRandom.bytes(2 * MIB));
  await host.put({
    ...{
      id: MACHINE,
      name: "CONTOSO-SQL",
      generation: 1,
      osType: "Other",
      memoryBytes: 16 * MIB,
      cpuCount: 1,
      bootable,
    },
    disks: [
      { id: "os", name: "os.vhd", path: imagePath("os.vhd"), role: "os" },
      { id: "data", name: "data.raw", path: imagePath("data.raw"), role: "data" },
    ],
    desired: bootable ? "running" : "off",
    attachments: { passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false },
  });
}

const openSource = (spec: SourceSpec) => openFrozenView(nodeFileSystem, spec);

function startAgent(changes: Partial<SiteHost> = {}): SiteAgent {
  const { endpoint, trusted, clientCertificate, clientKeyPem, vaultKeys } = registration;
  const agent = new SiteAgent({
    registration,
    host: Object.assign(Object.create(hostClient) as SiteHost, bound(), changes),
    hooks: new FolderHooks({ folder: path.join(folder, "hooks"), stateFolder: path.join(folder, "agent-state") }),
    client: new VaultClient({
      ...{ endpoint, trusted },
      client: { certificatePem: clientCertificate, keyPem: clientKeyPem },
    }),
    fileSystem: nodeFileSystem,
    journalFolder: folder,
    imagesFolder: path.join(folder, "created"),
    openSession: (store) =>
      VaultSession.open({
        ...{ store, keys: vaultKeys, openSource, random: systemRandom, clock: systemClock },
        startWorkers: inlineWorkers(openSource, systemRandom),
      }),
    clock: hurried,
    random: systemRandom,
    log: (event, details) => logged.push(`${event} ${JSON.stringify(details)}`),
  });
  agents.push({ agent, ended: agent.run() });
  return agent;
}

function bound(): SiteHost {
  const client = hostClient;
  return {
    status: () => client.status(),
    machine: (id) => client.machine(id),
    putMachine: (definition) => client.putMachine(definition),
    start: (id) => client.start(id),
    stop: (id) => client.stop(id),
    setTracking: (id, body) => client.setTracking(id, body),
    cut: (id, body) => client.cut(id, body),
    cutTogether: (body) => client.cutTogether(body),
    verifyCut: (id, cutId) => client.verifyCut(id, cutId),
    releaseCut: (id, cutId, body) => client.releaseCut(id, cutId, body),
    beginIncoming: (id, point) => client.beginIncoming(id, point),
    endIncoming: (id, body) => client.endIncoming(id, body),
  };
}

async function stopAgents(): Promise<void> {
  const stopping = agents;
  agents = [];
  for (const { agent } of stopping) agent.stop();
  await Promise.all(stopping.map(({ ended }) => ended));
}

function protect(intervalSeconds = 3_600): void {
  door.desired.push({
    ...{ protectedItemId: ITEM, machineId: MACHINE, diskIds: ["os", "data"], intervalSeconds },
    ...{ state: "active", lastPoint: null, applicationConsistent: null, consistencyGroup: null },
  });
}

async function until<T>(what: string, probe: () => T | null | undefined | false): Promise<T> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const found = probe();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited for ${what}\n${logged.join("\n")}`);
    await systemClock.sleep(10);
  }
}

/** Registered at the vault, and released at the host. */
async function firstPoint(): Promise<void> {
  const file = path.join(folder, "host", "replication", `${MACHINE}.json`);
  await until("the first point", () => {
    const { baseline } = JSON.parse(fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "{}") as {
      baseline?: string;
    };
    return door.points[0] !== undefined && baseline === door.points[0].id;
  });
}

const replicateNow = (final = false) =>
  door.gateway.command(
    registration.providerId,
    { type: "replicateNow", protectedItemId: ITEM, final },
    { timeoutMs: 15_000 },
  );

/** The roots of the images as they are on the medium now. */
async function rootsNow(): Promise<string[]> {
  const roots = [];
  for (const name of ["os.vhd", "data.raw"]) {
    const disk = openDisk(nodeFileSystem, imagePath(name), "read");
    roots.push((await rootOfDisk(disk, door.keys)).root.toString("hex"));
    disk.close();
  }
  return roots;
}
const rootsOf = (index: number) => door.points.at(index)?.disks.map((disk) => disk.root);

beforeEach(async () => {
  ({ folder, remove } = temporaryFolder("agent-"));
  logged = [];
  full = false;
  onUpload = async () => {};
  const memory = new MemoryStore();
  const store: ObjectStore = {
    get: (name, range) => memory.get(name, range),
    size: (name) => memory.size(name),
    list: (prefix) => memory.list(prefix),
    delete: (name) => memory.delete(name),
    put: async (name, bytes) => {
      await onUpload(name);
      if (full) throw storageFull(name);
      await memory.put(name, bytes);
    },
  };
  door = await startSiteVaultDoor({ folder, store });
  await startHost();
  hostClient = new HostClient(path.join(folder, "host.sock"));
  const input: RegisterHostInput = {
    ...{ passphrase: PASSPHRASE, endpoint: null, hostName: "HV", folder: path.join(folder, "agent") },
    credentials: parseCredentialsFile(await door.createKey(), new Date()),
    clock: systemClock,
    random: systemRandom,
  };
  registration = await registerHost(input);
});
afterEach(async () => {
  await stopAgents();
  hostClient.close();
  await killHost();
  await door.close();
  remove();
});

describe("replication by the agent", () => {
  it("sends the whole machine once, then what was written, and every point is the disk at its cut", async () => {
    await makeMachine();
    protect();
    startAgent();
    await firstPoint();
    expect(rootsOf(0)).toEqual(await rootsNow());
    const provider = await door.repositories.providers.get(registration.providerId);
    expect(provider?.inventory[0]).toMatchObject({ name: "CONTOSO-SQL", power: "running" });
    write(0, 4, 1);
    write(0, 2_000, 2);
    write(1, 3, 3);
    const { recoveryPointId } = await replicateNow();
    expect(door.points.at(-1)?.id).toBe(recoveryPointId);
    expect(door.points.at(-1)?.sourceBytesRead).toBe(3 * BLOCK);
    expect(rootsOf(-1)).toEqual(await rootsNow());
    await replicateNow();
    expect(door.points.at(-1)?.sourceBytesRead).toBe(0);
    expect(rootsOf(-1)).toEqual(rootsOf(-2));
    const figures = door.progress.filter((one) => one.phase === "initial" || one.phase === "idle");
    expect(figures.length).toBeGreaterThan(0);
  });

  it("goes on by write logs after a kill between the point's commit and its registration", async () => {
    await makeMachine();
    protect();
    startAgent();
    await firstPoint();
    write(0, 8, 1);
    const atCut = await rootsNow();
    let killed = agents[0]?.agent ?? null;
    onUpload = async (name) => {
      if (!name.startsWith("points/")) return;
      onUpload = async () => {};
      // Stored, and never answered: the agent dies over it.
      killed?.stop();
      killed = null;
    };
    const unanswered = replicateNow();
    await until("the kill", () => killed === null);
    await stopAgents();
    expect(door.points).toHaveLength(1);
    write(0, 12, 1);
    startAgent();
    // The command had no answer, so the next agent is given it too.
    await unanswered;
    expect(rootsOf(1)).toEqual(atCut);
    expect(rootsOf(2)).toEqual(await rootsNow());
    expect(door.points.at(2)?.sourceBytesRead).toBe(2 * BLOCK);
    expect(door.points).toHaveLength(3);
  });

  it("reads again when the host is killed under it, and mixes no two instants", async () => {
    await makeMachine();
    protect();
    let killed = false;
    startAgent({
      // Asked for between the cut and the first read.
      machine: async (id) => {
        const status = await hostClient.machine(id);
        if (killed) return status;
        killed = true;
        write(0, 0, 9);
        await killHost();
        await startHost();
        write(0, 0, 7);
        return status;
      },
    });
    await until("a point", () => door.points.length > 0);
    expect(rootsOf(0)).toEqual(await rootsNow());
    expect(logged.filter((line) => line.startsWith("replicationFailed"))).toHaveLength(1);
  });

  it("goes on where it was when the portal is away for a while", async () => {
    await makeMachine();
    protect();
    let uploads = 0;
    onUpload = async () => {
      uploads += 1;
      if (uploads !== 2) return;
      void door.close().then(async () => {
        await systemClock.sleep(100);
        await door.open();
      });
    };
    startAgent();
    await until("a point", () => door.points.length > 0);
    expect(door.points).toHaveLength(1);
    expect(logged.filter((line) => line.startsWith("replicationFailed"))).toEqual([]);
  });

  it("shows a full vault with cause and cure, and replicates as soon as it is asked again with space", async () => {
    await makeMachine();
    protect();
    full = true;
    startAgent();
    const shown = await until("the error", () => door.gateway.progress(ITEM)?.error);
    expect(shown).toMatchObject({
      code: "StorageFull",
      recommendedAction: expect.stringContaining("Free space") as string,
    });
    expect(door.gateway.progress(ITEM)?.phase).toBe("error");
    full = false;
    await replicateNow();
    expect(rootsOf(-1)).toEqual(await rootsNow());
    await until("the error to go", () => door.gateway.progress(ITEM)?.error === null);
  });

  it("reads everything when a write log is damaged or begins elsewhere, and compares", async () => {
    await makeMachine();
    protect();
    startAgent();
    await firstPoint();
    write(0, 16, 1);
    write(0, 20, 1);
    const damage = (file: string) => {
      const bytes = fs.readFileSync(file);
      bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 0xff;
      fs.writeFileSync(file, bytes);
    };
    await stopAgents();
    startAgent({
      cut: async (id, body) => {
        const cut = await hostClient.cut(id, body);
        damage(cut.disks[0]?.writeLogPaths?.[0] ?? "");
        return cut;
      },
    });
    await replicateNow();
    expect(rootsOf(-1)).toEqual(await rootsNow());
    expect(logged.join()).toContain("is read in full");
    expect(door.notices).toMatchObject([
      { protectedItemId: ITEM, compareWith: "LastPoint", reason: expect.stringContaining("is damaged") as string },
    ]);
    // Both disks are compared, and what differs is sent: two blocks.
    expect(door.points.at(-1)?.resynchronization).toMatchObject({ flagId: "flag-1", bytesDifferent: 2 * BLOCK });
    expect(door.points.at(-1)?.resynchronization?.bytesCompared).toBeGreaterThan(64 * BLOCK);
    await stopAgents();
    startAgent({ cut: async (id, body) => ({ ...(await hostClient.cut(id, body)), baseline: "some other point" }) });
    write(1, 1, 1);
    await replicateNow();
    expect(rootsOf(-1)).toEqual(await rootsNow());
    expect(logged.join()).toContain("begin at another recovery point");
  });

  it("waits with a resynchronization until it is let, shows so, and then sends only what differs", async () => {
    await makeMachine();
    protect(1);
    door.resynchronization.allowed = false;
    startAgent({ cut: async (id, body) => ({ ...(await hostClient.cut(id, body)), baseline: "some other point" }) });
    await until("the first point", () => door.points.length > 0);
    write(0, 16, 1);
    await until("the flag", () => door.gateway.progress(ITEM)?.phase === "resyncRequired");
    expect(door.points).toHaveLength(1);
    expect(door.gateway.progress(ITEM)?.error).toBeNull();
    const [item] = door.desired;
    if (item?.resynchronization) item.resynchronization = { ...item.resynchronization, allowed: true };
    await until("the second point", () => door.points.length > 1);
    expect(door.points[1]?.resynchronization).toMatchObject({ flagId: "flag-1", bytesDifferent: BLOCK });
    expect(rootsOf(1)).toEqual(await rootsNow());
  });

  it("compares everything when the vault says so, and goes by its write logs after that", async () => {
    await makeMachine();
    protect();
    startAgent();
    await firstPoint();
    const [item] = door.desired;
    if (item) item.resynchronization = { flagId: "by-hand", compareWith: "Nothing", allowed: true };
    await until("the second point", () => door.points.length > 1);
    expect(door.points[1]?.resynchronization).toMatchObject({ bytesSent: 0 });
    expect(door.points[1]?.resynchronization?.bytesCompared).toBeGreaterThan(64 * BLOCK);
    write(0, 20, 1);
    await replicateNow();
    expect(door.points.at(-1)).toMatchObject({ sourceBytesRead: BLOCK, resynchronization: null });
    expect(rootsOf(-1)).toEqual(await rootsNow());
  });

  it.each([
    ["goes on with its cut after a kill in a full pass, and reads only what was not made", false, 18],
    ["reads everything of its cut again when what it noted is damaged", true, 34],
  ])("%s", async (_, isDamaged, mebibytesRead) => {
    await makeMachine();
    for (const first of [1_024, 2_048]) {
      for (let block = first; block < first + 100; block++) guest[0]?.write(block * BLOCK, systemRandom.bytes(BLOCK));
    }
    const atCut = await rootsNow();
    protect();
    let uploads = 0;
    onUpload = (name) => (name.startsWith("data/") && ++uploads > 2 ? new Promise(() => {}) : Promise.resolve());
    const journal = path.join(folder, `${MACHINE}.pass`);
    // As after SIGKILL: nobody releases the cut, nobody tidies up.
    const killed = startAgent({ releaseCut: async () => true });
    await until("three uploads", () => uploads > 2 && fs.existsSync(journal) && fs.statSync(journal).size > 4 * 32_768);
    const noted = fs.readFileSync(journal);
    killed.stop();
    await stopAgents();
    if (isDamaged) noted.fill(0x55, 70_000);
    fs.writeFileSync(journal, noted);
    onUpload = async () => {};
    write(0, 0, 9);
    write(0, 1_030, 9);
    startAgent();
    await firstPoint();
    expect(rootsOf(0)).toEqual(atCut);
    expect(logged.join()).toContain("goes on with the cut of");
    expect(door.points[0]?.sourceBytesRead).toBe(mebibytesRead * MIB);
    expect(fs.existsSync(journal)).toBe(false);
    await replicateNow();
    expect(door.points.at(-1)?.sourceBytesRead).toBe(2 * BLOCK);
    expect(rootsOf(-1)).toEqual(await rootsNow());
  });

  it("sends the last changes only of a machine that is off, and loses none of them", async () => {
    await makeMachine();
    protect();
    startAgent();
    await firstPoint();
    write(0, 24, 5);
    await expect(replicateNow(true)).rejects.toMatchObject({ code: "MachineNotOff" });
    const stopped = await door.gateway.command(
      registration.providerId,
      { type: "stopMachine", machineId: MACHINE },
      { timeoutMs: 15_000 },
    );
    expect(stopped.power).toBe("off");
    await replicateNow(true);
    expect(door.points.at(-1)?.final).toBe(true);
    expect(rootsOf(-1)).toEqual(await rootsNow());
  });

  it("ends tracking when protection is disabled, and answers that it does not replicate the machine", async () => {
    await makeMachine();
    protect();
    startAgent();
    await firstPoint();
    expect(host.machine(MACHINE).tracking).toBe(true);
    door.desired.splice(0);
    await until("the end of tracking", () => !host.machine(MACHINE).tracking);
    await expect(replicateNow()).rejects.toMatchObject({ code: "MachineNotReplicated" });
  });

  it("keeps still while the machine is failed over", async () => {
    await makeMachine();
    protect(1);
    startAgent();
    await until("the second point", () => door.points.length > 1);
    const [item] = door.desired;
    if (item) item.state = "paused";
    await systemClock.sleep(400);
    const count = door.points.length;
    await systemClock.sleep(400);
    expect(door.points).toHaveLength(count);
  });

  it("refuses an image that another program writes while it is read", async () => {
    await makeMachine(false);
    protect();
    startAgent({
      machine: async (id) => {
        fs.appendFileSync(imagePath("data.raw"), Buffer.alloc(512));
        return hostClient.machine(id);
      },
    });
    const shown = await until("the error", () => door.gateway.progress(ITEM)?.error);
    expect(["ImageChangedWhileReading", "CutVoid"]).toContain(shown.code);
    expect(door.points).toEqual([]);
  });
});

describe("what leaves the site", () => {
  it("is sealed: nothing of a disk's content, name or size is on the wire", async () => {
    const secret = Buffer.from("an order of one hundred crates of wine, paid in cash ".repeat(100));
    await makeMachine();
    guest[0]?.write(0, Buffer.concat([secret, Buffer.alloc(512 * Math.ceil(secret.length / 512) - secret.length)]));
    protect();
    const sent: Buffer[] = [];
    const put = door.store.put.bind(door.store);
    door.store.put = async (name, bytes) => {
      sent.push(Buffer.from(bytes));
      await put(name, bytes);
    };
    startAgent();
    await until("a point", () => door.points.length > 0);
    expect(sent.length).toBeGreaterThan(2);
    for (const bytes of sent) {
      expect(bytes.includes(secret.subarray(0, 32))).toBe(false);
      expect(bytes.includes("CONTOSO-SQL")).toBe(false);
      expect(bytes.includes("os.vhd")).toBe(false);
    }
  });
});
