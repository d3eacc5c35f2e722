import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { HostClient } from "@/lib/compute/host-client";
import { rootOfDisk } from "@/lib/engine/blocks/disk-root";
import { createDisk } from "@/lib/engine/disk/create-disk";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import type { SourceSpec } from "@/lib/engine/vault/block-workers";
import { inlineWorkers } from "@/lib/engine/vault/inline-workers";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import type { SiteCommand } from "@/lib/operations/ports/site-gateway";
import { bundleProgram } from "@/lib/testing/bundle-program";
import { seededRandom } from "@/lib/testing/seeded-random";
import { PASSPHRASE, startSiteVaultDoor, temporaryFolder, type SiteVaultDoor } from "@/lib/testing/site-vault-door";
import { parseCredentialsFile } from "../credentials-file";
import { createSite, type Site } from "../estate/site-folder";
import { registerHost } from "../register-host";

const MIB = 1024 * 1024;
const BLOCK = 64 * 1024;
const MACHINE = "11111111-1111-4111-8111-111111111111";
const DISK_BYTES = 128 * MIB;
const openSource = (spec: SourceSpec) => openFrozenView(nodeFileSystem, spec);

let folder: string;
let remove: () => void;
let door: SiteVaultDoor;
let site: Site;
let providerId: string;
let client: HostClient;
let programs: { readonly host: string; readonly agent: string };
const running = new Map<"host" | "agent", ChildProcess>();

/** Started again whenever it dies, as the supervisor does. */
function start(role: "host" | "agent"): void {
  const args =
    role === "host"
      ? [programs.host, "--home", site.hostHome, "--socket", site.hostSocket, "--host-name", "HV"]
      : [programs.agent, "--site", site.folder];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  running.set(role, child);
}

async function kill(role: "host" | "agent"): Promise<void> {
  const child = running.get(role);
  running.delete(role);
  if (child === undefined || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

async function untilHostAnswers(): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    try {
      await client.status();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await systemClock.sleep(50);
  }
}

function imageWith(file: string, generation: number): void {
  const random = seededRandom(generation);
  const disk = fs.existsSync(file)
    ? openDisk(nodeFileSystem, file, "readwrite")
    : createDisk(nodeFileSystem, file, "vhdx-dynamic", {
        ...{ virtualSizeBytes: DISK_BYTES, uniqueId: systemRandom.uuid(), createdAt: new Date(0) },
      });
  const step = generation === 1 ? 2 : 3;
  for (let block = 0; block < DISK_BYTES / BLOCK; block += step) disk.write(block * BLOCK, random.bytes(BLOCK));
  disk.close();
}

async function pointOf(imagePath: string): Promise<{ name: string; root: string }> {
  const session = await VaultSession.open({
    ...{ store: door.store, keys: door.keys, openSource, random: systemRandom, clock: systemClock },
    startWorkers: inlineWorkers(openSource, systemRandom),
  });
  const run = await session.begin({ id: MACHINE, name: "M" });
  const source = { imagePath, preservePath: null };
  const made = await run.replicateDisk({
    ...{ diskName: "os", source, virtualSizeBytes: DISK_BYTES, previousTop: null, blocks: "allocated" },
  });
  const [root, top] = [made.root.toString("hex"), made.top.toString("hex")];
  const { name } = await run.commit({
    ...{ at: new Date().toISOString(), kind: "CrashConsistent", orders: null, final: true, previous: null },
    disks: [{ diskId: "os", virtualSizeBytes: DISK_BYTES, root, top }],
    ...{ sourceBytesRead: 0, changedBytes: 0, storedBytes: 0, origin: "replica" },
  });
  await session.close();
  return { name, root };
}

beforeEach(async () => {
  ({ folder, remove } = temporaryFolder("kill-"));
  const bundled = {
    host: await bundleProgram("bin/compute-host.ts"),
    agent: await bundleProgram("bin/site-agent.ts"),
    thread: await bundleProgram("lib/adapters/engine-workers/replication.worker.ts"),
  };
  // As dist/ has them: the threads' program beside the agent's, under its own name.
  const together = path.join(path.dirname(bundled.agent), `killed-${process.pid}`);
  fs.mkdirSync(together);
  programs = { host: path.join(together, "compute-host.mjs"), agent: path.join(together, "site-agent.mjs") };
  fs.renameSync(bundled.host, programs.host);
  fs.renameSync(bundled.agent, programs.agent);
  fs.renameSync(bundled.thread, path.join(together, "replication.worker.mjs"));
  door = await startSiteVaultDoor({ folder });
  site = createSite(
    { sitesFolder: path.join(folder, "sites"), runFolder: folder },
    { name: "branch", kind: "contoso", imagesFolder: null },
  );
  const registration = await registerHost({
    ...{ passphrase: PASSPHRASE, endpoint: null, hostName: "HV", folder: site.agentFolder },
    credentials: parseCredentialsFile(await door.createKey(), new Date()),
    ...{ clock: systemClock, random: systemRandom },
  });
  ({ providerId } = registration);
  client = new HostClient(site.hostSocket);
});

afterEach(async () => {
  await Promise.all([kill("host"), kill("agent")]);
  client.close();
  await door.close();
  fs.rmSync(path.dirname(programs.agent), { recursive: true });
  remove();
});

it("comes back whole although agent and host are killed again and again, and is never started as a mixture", async () => {
  const [own, replica] = [path.join(folder, "own.vhdx"), path.join(folder, "replica.vhdx")];
  imageWith(own, 1);
  fs.copyFileSync(own, replica);
  imageWith(replica, 2);
  const point = await pointOf(replica);
  start("host");
  await untilHostAnswers();
  await client.putMachine({
    ...{ id: MACHINE, name: "M", memoryBytes: 16 * MIB, desired: "off" },
    disks: [{ id: "os", name: "own.vhdx", path: own, role: "os" }],
  });
  start("agent");
  let result: unknown = null;
  const command: SiteCommand = {
    ...{ type: "synchronizeBack", machineId: MACHINE, protectedItemId: "item", createMachine: null },
    pointObjectName: point.name,
  };
  const asked = door.gateway
    .command(providerId, command, { timeoutMs: 120_000 })
    .then((answer) => (result = answer.synchronizedBack ?? []));
  const random = seededRandom(8);
  let mixtures = 0;
  for (let kills = 0; kills < 5 && result === null; kills += 1) {
    // Until it is at work, then some moments more.
    while (result === null && (await client.machine(MACHINE)).incoming === null) await systemClock.sleep(20);
    await systemClock.sleep(random.bytes(1).readUInt8(0) * 2);
    const victim = kills % 3 === 1 ? "host" : "agent";
    await kill(victim);
    if (victim === "host") {
      start("host");
      await untilHostAnswers();
    }
    if ((await client.machine(MACHINE)).incoming !== null) {
      mixtures += 1;
      await expect(client.start(MACHINE)).rejects.toMatchObject({ code: "SynchronizationIncomplete" });
    }
    if (victim === "agent") start("agent");
  }
  await asked;
  expect(mixtures).toBeGreaterThan(1);
  expect(result).toMatchObject([{ diskId: "os", root: point.root }]);
  const disk = openDisk(nodeFileSystem, own, "read");
  expect((await rootOfDisk(disk, door.keys)).root.toString("hex")).toBe(point.root);
  disk.close();
  expect(await client.machine(MACHINE)).toMatchObject({ incoming: null, tracking: true });
}, 180_000);
