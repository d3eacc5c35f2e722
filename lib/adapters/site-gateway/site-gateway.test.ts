import path from "node:path";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { FolderStore } from "@/lib/adapters/stores/folder-store";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { storageFull, type ObjectStore } from "@/lib/engine/vault/object-store";
import { Fault } from "@/lib/kernel/fault";
import { parseCredentialsFile } from "@/lib/site/credentials-file";
import { CommandList, HeartbeatAnswer } from "@/lib/site/protocol";
import { registerHost, type RegisterHostInput } from "@/lib/site/register-host";
import { RemoteObjectStore } from "@/lib/site/remote-object-store";
import { TransferPace } from "@/lib/site/agent/transfer-pace";
import { VaultClient } from "@/lib/site/vault-client";
import { PASSPHRASE, startSiteVaultDoor, temporaryFolder, type SiteVaultDoor } from "@/lib/testing/site-vault-door";
import { TestClock } from "@/lib/testing/test-clock";
import { createSiteGateway, CONNECTED_MS } from "./memory-site-gateway";

const { folder, remove } = temporaryFolder("secondsite-gateway-");
const storeFolder = path.join(folder, "store");
let door: SiteVaultDoor;
let client: VaultClient;
let providerId: string;
let remote: RemoteObjectStore;
const full = { now: false };
const ended = new AbortController();
const pace = new TransferPace(systemClock);

beforeAll(async () => {
  const real = await FolderStore.open(storeFolder);
  const store: ObjectStore = {
    get: (name, range) => real.get(name, range),
    size: (name) => real.size(name),
    list: (prefix) => real.list(prefix),
    delete: (name) => real.delete(name),
    put: (name, bytes) => (full.now ? Promise.reject(storageFull(name)) : real.put(name, bytes)),
  };
  door = await startSiteVaultDoor({ folder, store });
  const input: RegisterHostInput = {
    credentials: parseCredentialsFile(await door.createKey(), new Date()),
    passphrase: PASSPHRASE,
    endpoint: null,
    hostName: "HV-1",
    folder: path.join(folder, "agent"),
    clock: systemClock,
    random: systemRandom,
  };
  const registration = await registerHost(input);
  providerId = registration.providerId;
  client = new VaultClient({
    endpoint: door.origin(),
    trusted: registration.trusted,
    client: { certificatePem: registration.clientCertificate, keyPem: registration.clientKeyPem },
  });
  remote = new RemoteObjectStore(client, systemClock, ended.signal, pace);
});
afterAll(async () => {
  client.close();
  await door.close();
  expect(door.errors).toEqual([]);
  remove();
});

const packOf = (bytes: Buffer, kind = "data") => {
  const sha = createHash("sha256").update(bytes).digest("hex");
  return `${kind}/${sha.slice(0, 2)}/${sha}`;
};

describe("objects from a site", () => {
  it("are stored whole and durable, read back in ranges, listed, and looked up", async () => {
    const bytes = systemRandom.bytes(3_000_000);
    const name = packOf(bytes);
    await remote.put(name, bytes);
    await remote.put(name, bytes);
    expect((await remote.get(name)).equals(bytes)).toBe(true);
    expect((await remote.get(name, { offset: 1_000, length: 50 })).equals(bytes.subarray(1_000, 1_050))).toBe(true);
    expect(await remote.size(name)).toBe(bytes.length);
    expect(await remote.size(packOf(Buffer.from("absent")))).toBeNull();
    expect((await remote.list("data/")).map((object) => object.name)).toContain(name);
    await expect(remote.get(packOf(Buffer.from("absent")))).rejects.toMatchObject({ code: "ObjectNotFound" });
  });

  it("are refused when they are not what their name says, and leave nothing behind", async () => {
    const name = packOf(Buffer.from("one thing"));
    const attempt = client.send({ method: "PUT", path: `/agent/v1/objects/${name}`, body: Buffer.from("another") });
    await expect(attempt).rejects.toMatchObject({ code: "ObjectHashMismatch" });
    expect(await remote.size(name)).toBeNull();
  });

  it("cannot leave the vault's folder nor take a name of the vault's own", async () => {
    const put = (name: string) =>
      client.send({ method: "PUT", path: `/agent/v1/objects/${name}`, body: Buffer.from("x") });
    const sha = createHash("sha256").update("x").digest("hex");
    const refused = ["data/..%2f..%2fx", `data/zz/${sha}`, `index/${sha}/x`, "data/"];
    for (const name of refused) await expect(put(name)).rejects.toMatchObject({ code: "InvalidObjectName" });
    await expect(put("data/%2e%2e/%2e%2e/etc/passwd")).rejects.toMatchObject({ code: "UnknownCall" });
    await expect(put("../../../etc/passwd")).rejects.toBeInstanceOf(Fault);
    for (const kind of ["keys", "tombstones"]) {
      await expect(put(`${kind}/${sha}`)).rejects.toMatchObject({ code: "ObjectNotYours" });
    }
    const point = `points/somebody-elses-machine/20261122T180000000Z-${sha}`;
    await expect(put(point)).rejects.toMatchObject({ code: "ObjectNotYours" });
    await expect(remote.list("../")).rejects.toMatchObject({ code: "InvalidObjectName" });
    expect(fs.readdirSync(storeFolder).filter((name) => !name.startsWith("."))).toEqual(["data"]);
  });

  it("are refused when they are larger than any object, announced or not", async () => {
    const big = Buffer.alloc(13 * 1024 * 1024);
    const path = `/agent/v1/objects/${packOf(big)}`;
    const attempt = client.send({ method: "PUT", path, body: big });
    // The vault answers before it has read everything; which of the two the sender sees is the network's choice.
    await expect(attempt).rejects.toMatchObject({
      code: expect.stringMatching(/RequestTooLarge|VaultNotReachable/) as string,
    });
    expect(await remote.size(packOf(big))).toBeNull();
  });

  it("say that the storage is full with a code of its own, and are not repeated in vain", async () => {
    full.now = true;
    const bytes = systemRandom.bytes(1_000);
    await expect(remote.put(packOf(bytes), bytes)).rejects.toMatchObject({ code: "StorageFull" });
    full.now = false;
    await remote.put(packOf(bytes), bytes);
  });

  it("outlast a restart of the vault", async () => {
    const bytes = systemRandom.bytes(200_000);
    await door.close();
    const upload = remote.put(packOf(bytes), bytes);
    await systemClock.sleep(400);
    await door.open();
    await upload;
    expect(await remote.size(packOf(bytes))).toBe(bytes.length);
  });
});

describe("commands to a site", () => {
  const fetchCommands = (known: string[] = [], waitSeconds = 0) =>
    client.call("GET", `/agent/v1/commands?waitSeconds=${waitSeconds}&known=${known.join(",")}`, CommandList);
  const answer = (id: string, body: unknown) =>
    client.call("POST", `/agent/v1/commands/${id}/result`, z.null(), { body });

  it("wait for the host, are handed out again until they are in hand, and bring its answer", async () => {
    const polled = fetchCommands([], 10);
    await systemClock.sleep(50);
    const done = door.gateway.command(providerId, { type: "stopMachine", machineId: "m" }, { timeoutMs: 5_000 });
    const [first] = (await polled).commands;
    expect(first?.command).toEqual({ type: "stopMachine", machineId: "m" });
    expect((await fetchCommands()).commands).toHaveLength(1);
    expect((await fetchCommands([first?.id ?? ""])).commands).toEqual([]);
    await answer(first?.id ?? "", { result: { power: "off", orders: { count: 7, lastAt: null } } });
    expect(await done).toEqual({ power: "off", orders: { count: 7, lastAt: null } });
    expect((await fetchCommands()).commands).toEqual([]);
    await answer(first?.id ?? "", { result: {} });
  });

  it("fail with the host's own explanation", async () => {
    const done = door.gateway.command(providerId, { type: "startMachine", machineId: "m" }, { timeoutMs: 5_000 });
    const settled = done.catch((error: unknown) => error);
    const [first] = (await fetchCommands()).commands;
    const error = { code: "NoFirmware", message: "no", possibleCauses: "none", recommendedAction: "install" };
    await answer(first?.id ?? "", { error });
    const fault = await settled;
    expect(fault).toBeInstanceOf(Fault);
    expect((fault as Fault).explanation).toEqual(error);
  });

  it("do not reach another host", async () => {
    const cancel = new AbortController();
    const done = door.gateway.command(
      "another-provider",
      { type: "refreshInventory" },
      { timeoutMs: 5_000, signal: cancel.signal },
    );
    const settled = done.catch((error: unknown) => error);
    expect((await fetchCommands()).commands).toEqual([]);
    cancel.abort();
    expect(await settled).toMatchObject({ code: "CommandCancelled" });
  });
});

describe("the gateway's clockwork", () => {
  const command = { type: "refreshInventory" } as const;

  it("calls a host connected while its heartbeats are younger than fifteen seconds", () => {
    const clock = new TestClock();
    const gateway = createSiteGateway({ clock, random: systemRandom });
    expect(gateway.isConnected("p")).toBe(false);
    gateway.inbox.heartbeat("p", null);
    clock.advance(CONNECTED_MS - 1);
    expect(gateway.isConnected("p")).toBe(true);
    clock.advance(1);
    expect(gateway.isConnected("p")).toBe(false);
  });

  it("gives up on a command that nobody fetches, and on one whose host died with it", async () => {
    const clock = new TestClock();
    const gateway = createSiteGateway({ clock, random: systemRandom });
    await expect(gateway.command("p", command, { timeoutMs: 3_000 })).rejects.toMatchObject({
      code: "SiteNotConnected",
    });
    gateway.inbox.heartbeat("p", null);
    const taken = gateway.command("p", command, { timeoutMs: 3_000 }).catch((error: unknown) => error);
    await gateway.inbox.fetchCommands("p", { known: new Set(), waitMs: 0, signal: ended.signal });
    const began = clock.monotonicMs();
    expect(await taken).toMatchObject({ code: "SiteNotConnected" });
    expect(clock.monotonicMs() - began).toBeGreaterThanOrEqual(CONNECTED_MS);
  });

  it("waits as long as it takes while the host that has the command in hand is alive", async () => {
    const clock = new TestClock();
    const gateway = createSiteGateway({ clock, random: systemRandom });
    const done = gateway.command("p", command, { timeoutMs: 1_000 });
    gateway.inbox.heartbeat("p", null);
    const [taken] = await gateway.inbox.fetchCommands("p", { known: new Set(), waitMs: 0, signal: ended.signal });
    for (let beat = 0; beat < 20; beat++) {
      await clock.sleep(2_000);
      gateway.inbox.heartbeat("p", null);
    }
    expect(gateway.inbox.finishCommand("p", taken?.id ?? "", { result: { recoveryPointId: "r" } })).toBe(true);
    expect(await done).toEqual({ recoveryPointId: "r" });
  });
});

describe("a machine that comes back to a host which does not replicate it", () => {
  it("is spoken of by that host while it is asked to take it, its figures reach the job, and not afterwards", async () => {
    const report = () =>
      client.call("POST", "/agent/v1/progress", z.null(), {
        body: {
          ...{ protectedItemId: "item-back", phase: "synchronizingBack", bytesDone: 1, bytesTotal: 2 },
          ...{ bytesPerSecond: 0, secondsLeft: null, pendingBytes: 0, error: null },
        },
      });
    await expect(report()).rejects.toMatchObject({ code: "NotProtectedHere" });
    const done = door.gateway.command(
      providerId,
      {
        ...{ type: "synchronizeBack", machineId: "m", protectedItemId: "item-back", createMachine: null },
        pointObjectName: "points/m/x",
      },
      { timeoutMs: 5_000 },
    );
    const [asked] = (await client.call("GET", "/agent/v1/commands?waitSeconds=5&known=", CommandList)).commands;
    await report();
    expect(door.gateway.progress("item-back")).toMatchObject({ phase: "synchronizingBack", bytesDone: 1 });
    const disk = { diskId: "os", root: "ab", bytesCompared: 4, bytesWritten: 3, bytesReceived: 2, bytesSaved: 1 };
    const body = { result: { synchronizedBack: [disk] } };
    await client.call("POST", `/agent/v1/commands/${asked?.id ?? ""}/result`, z.null(), { body });
    expect(await done).toEqual({ synchronizedBack: [disk] });
    await expect(report()).rejects.toMatchObject({ code: "NotProtectedHere" });
  });
});

describe("requests that do not follow the protocol", () => {
  it("are told so, each in its way", async () => {
    const send = (path: string, body: string) =>
      client.send({ method: "POST", path, body: Buffer.from(body), headers: { "content-type": "application/json" } });
    await expect(send("/agent/v1/heartbeat", "{")).rejects.toMatchObject({ code: "RequestNotValid" });
    await expect(send("/agent/v1/heartbeat", "{}")).rejects.toMatchObject({ code: "RequestNotValid" });
    await expect(send("/agent/v1/nothing", "{}")).rejects.toMatchObject({ code: "UnknownCall" });
    const progress = {
      ...{ protectedItemId: "not-mine", phase: "idle", bytesDone: 0, bytesTotal: 0, bytesPerSecond: 0 },
      ...{ secondsLeft: null, pendingBytes: 0, error: null },
    };
    await expect(send("/agent/v1/progress", JSON.stringify(progress))).rejects.toMatchObject({
      code: "NotProtectedHere",
    });
    const answer = client.call("POST", "/agent/v1/heartbeat", HeartbeatAnswer, {
      body: { hostName: "HV-1", version: "1", machines: [] },
    });
    expect(await answer).toEqual({ replications: [], transfer: door.transfer });
  });
});
