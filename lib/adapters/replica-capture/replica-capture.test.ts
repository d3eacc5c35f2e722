import fs from "node:fs";
import type { Server } from "node:http";
import path from "node:path";
import process from "node:process";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listenOnUnixSocket } from "@/lib/adapters/compute/unix-socket";
import { VaultWorkerClient } from "@/lib/adapters/engine-workers/vault-worker-client";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { FolderStore } from "@/lib/adapters/stores/folder-store";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { ComputeHost } from "@/lib/compute/host";
import { HostClient } from "@/lib/compute/host-client";
import { createHostServer } from "@/lib/compute/host-server";
import type { DeployedMachine, RecoveryPoint } from "@/lib/domain/entities";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import { createDisk } from "@/lib/engine/disk/create-disk";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import type { SourceSpec } from "@/lib/engine/vault/block-workers";
import { inlineWorkers } from "@/lib/engine/vault/inline-workers";
import { materialise } from "@/lib/engine/vault/materialise";
import { openPoint } from "@/lib/engine/vault/open-point";
import { openVaultReader } from "@/lib/engine/vault/vault-reader";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import { bundleProgram } from "@/lib/testing/bundle-program";
import { CausalWriter } from "@/lib/testing/causal-writes";
import { noiseBlock } from "@/lib/testing/model-disk";
import { PuppetHypervisor } from "@/lib/testing/puppet-hypervisor";
import { seededRandom } from "@/lib/testing/seeded-random";
import { temporaryFolder } from "@/lib/testing/site-vault-door";
import { testKeys } from "@/lib/testing/vault-harness";
import { createReplicaCapture } from "./replica-capture";

const MIB = 1024 * 1024;
/** Of the first disk, where the causal writes go; the second one makes the work long enough to be killed in. */
const LEDGER_BYTES = 2 * MIB;
const BULK_BYTES = 64 * MIB;
const keys = testKeys();
const random = seededRandom(21);

let program: string;
let folder: string;
let remove: () => void;
let host: ComputeHost;
let server: Server;
let client: HostClient;
let workers: VaultWorkerClient;
let hypervisor: PuppetHypervisor;
let writer: CausalWriter;
let writing = false;

const at = (name: string) => path.join(folder, name);
const openSource = (spec: SourceSpec) => openFrozenView(nodeFileSystem, spec);

beforeAll(async () => {
  const worker = await bundleProgram("bin/vault-worker.ts");
  const thread = await bundleProgram("lib/adapters/engine-workers/replication.worker.ts");
  // As dist/ has them: the threads' program beside the worker's, under its own name.
  program = path.join(path.dirname(worker), `capture-${process.pid}`, "vault-worker.mjs");
  fs.mkdirSync(path.dirname(program));
  fs.renameSync(worker, program);
  fs.renameSync(thread, path.join(path.dirname(program), "replication.worker.mjs"));
});
afterAll(() => fs.rmSync(path.dirname(program), { recursive: true }));

beforeEach(async () => {
  ({ folder, remove } = temporaryFolder("capture-"));
  hypervisor = new PuppetHypervisor();
  host = new ComputeHost({
    ...{ home: at("host"), hostName: "REGION", pid: process.pid, fileSystem: nodeFileSystem, hypervisor },
    ...{ clock: systemClock, random: systemRandom, bootId: null },
  });
  server = createHostServer(host, () => undefined);
  await listenOnUnixSocket(server, at("h.sock"));
  client = new HostClient(at("h.sock"));
  workers = new VaultWorkerClient({ program, childCountMax: 1 });
});

afterEach(async () => {
  writing = false;
  await workers.close();
  client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await host.shutDown();
  remove();
});

/** A replica as a failover makes it, running; and the point that it was made from. */
async function runningReplica(): Promise<{ machine: DeployedMachine; base: RecoveryPoint }> {
  const sizes = { ledger: LEDGER_BYTES, bulk: BULK_BYTES };
  const store = await FolderStore.open(at("vault"));
  const session = await VaultSession.open({
    ...{ store, keys, openSource, random: systemRandom, clock: systemClock },
    startWorkers: inlineWorkers(openSource, systemRandom),
  });
  const run = await session.begin({ id: "m1", name: "M1" });
  const disks = [];
  for (const [diskId, virtualSizeBytes] of Object.entries(sizes)) {
    const imagePath = at(`${diskId}.vhd`);
    createDisk(nodeFileSystem, imagePath, "vhd-fixed", {
      ...{ virtualSizeBytes, uniqueId: systemRandom.uuid(), createdAt: new Date(0) },
    }).close();
    const source = { imagePath, preservePath: null };
    const made = await run.replicateDisk({
      ...{ diskName: diskId, source, virtualSizeBytes, previousTop: null, blocks: "allocated" },
    });
    disks.push({ diskId, virtualSizeBytes, root: made.root.toString("hex"), top: made.top.toString("hex") });
  }
  const figures = { sourceBytesRead: 0, changedBytes: 0, storedBytes: 0, orders: null };
  const committed = await run.commit({
    ...{ at: new Date().toISOString(), kind: "CrashConsistent", disks, ...figures, final: true, previous: null },
  });
  await session.close();
  const wired = Object.keys(sizes).map((id) => ({ id, name: id, path: at(`${id}.vhd`), role: "data" as const }));
  await client.putMachine({ id: "vm-1", name: "M1", memoryBytes: 1, disks: wired, desired: "running" });
  const guest = hypervisor.machine("vm-1").disks;
  const target = {
    virtualSizeBytes: LEDGER_BYTES,
    write: (offset: number, b: Uint8Array) => guest[0]?.write(offset, b),
  };
  writer = new CausalWriter([{ machine: 0, disk: 0, target }], seededRandom(4));
  for (let block = 0; block < BULK_BYTES / BLOCK_BYTES; block += 1)
    guest[1]?.write(block * BLOCK_BYTES, noiseBlock(random));
  return {
    machine: {
      ...{ id: "vm-1", vaultId: "v", protectedItemId: "item", name: "M1", purpose: "Failover", jobId: "job" },
      ...{ recoveryPointId: "p", size: "A1", networkName: null, folder, state: "Running", firstLineMs: null },
      disks: wired.map(({ id, path: file, role }) => {
        return { diskId: id, path: file, role, root: null, verified: true };
      }),
      createdAt: new Date(0).toISOString(),
    },
    base: {
      ...{ id: "p", protectedItemId: "item", at: committed.point.at, kind: "CrashConsistent", ...figures, disks },
      ...{ objectName: committed.name, final: true, quiesceProblem: null, group: null },
    },
  };
}

function keepWriting(): void {
  writing = true;
  const turn = (): void => {
    if (!writing) return;
    for (let count = 0; count < 5; count += 1) writer.writeNext();
    setTimeout(turn, 1);
  };
  turn();
}

const capturing = () =>
  createReplicaCapture({
    ...{ host: client, hostSocket: at("h.sock"), workers, random: systemRandom },
    access: async () => ({ store: { kind: "folder", folder: at("vault") }, masterKey: keys.master }),
  });

function capture(
  of: Awaited<ReturnType<typeof runningReplica>>,
  changes: { readonly final?: boolean; readonly onProgress?: () => void; readonly signal?: AbortSignal } = {},
) {
  const vault = { id: "v", name: "vault", storageAccount: "account" };
  const item = { id: "item", machineId: "m1", machineName: "M1" };
  return capturing().capture(
    { vault, item, ...of, final: changes.final ?? false },
    { onProgress: changes.onProgress ?? (() => undefined), signal: changes.signal ?? new AbortController().signal },
  );
}

async function ledgerOf(objectName: string): Promise<Buffer> {
  const store = await FolderStore.open(at("vault"));
  const context = { machine: "M1", point: objectName };
  const disk = (await openPoint(store, keys, objectName, context)).disks[0];
  if (disk === undefined) throw new Error("a point has disks");
  const targetPath = at("restored.vhd");
  await materialise({
    ...{ vault: await openVaultReader(store, keys), disk, context, fileSystem: nodeFileSystem, targetPath },
    ...{ format: "vhd-fixed", replace: true, random: systemRandom, clock: systemClock },
  });
  const restored = openDisk(nodeFileSystem, targetPath, "read");
  const bytes = Buffer.alloc(LEDGER_BYTES);
  restored.read(0, bytes);
  restored.close();
  return bytes;
}

const preserved = () => fs.readdirSync(at("host/tracking/vm-1")).filter((name) => name.endsWith(".preserve"));

describe("a replica captured by the vault's process", () => {
  it("is one instant while its guest writes, and the next capture reads what was written since", async () => {
    const replica = await runningReplica();
    keepWriting();
    const first = await capture(replica);
    const found = writer.check([await ledgerOf(first.objectName)]);
    expect(found.problem).toBeNull();
    expect(found.generation).toBeGreaterThan(0);
    expect(first.changedBytes).toBeGreaterThanOrEqual(BULK_BYTES);
    writing = false;
    await client.stop("vm-1");
    const base = { ...replica.base, objectName: first.objectName, disks: first.disks };
    const last = await capture({ ...replica, base }, { final: true });
    expect(last.sourceBytesRead).toBeLessThanOrEqual(LEDGER_BYTES);
    expect(writer.check([await ledgerOf(last.objectName)])).toEqual({
      generation: writer.history.length,
      problem: null,
    });
    expect(preserved()).toEqual([]);
  });

  it("lets go of its cut when the process is killed, and stores nothing twice when it is repeated", async () => {
    const replica = await runningReplica();
    let killed = false;
    const doomed = capture(replica, {
      onProgress: () => {
        const packs = fs.existsSync(at("vault/data")) ? fs.readdirSync(at("vault/data"), { recursive: true }) : [];
        const [pid] = workers.processIds;
        if (killed || packs.length < 3 || pid === undefined) return;
        killed = true;
        process.kill(pid, "SIGKILL");
      },
    });
    await expect(doomed).rejects.toMatchObject({ code: "VaultWorkerDied", retryable: true });
    expect(preserved()).toEqual([]);
    const again = await capture(replica);
    expect(again.changedBytes).toBe(BULK_BYTES);
    expect(again.storedBytes).toBeLessThan(BULK_BYTES);
  });

  it("ends with the caller's reason and without a cut when it is cancelled", async () => {
    const replica = await runningReplica();
    const controller = new AbortController();
    const reason = new Error("cancelled by a person");
    const cancelled = capture(replica, { signal: controller.signal, onProgress: () => controller.abort(reason) });
    await expect(cancelled).rejects.toBe(reason);
    const deadline = performance.now() + 5_000;
    while (preserved().length > 0 && performance.now() < deadline) await systemClock.sleep(20);
    expect(preserved()).toEqual([]);
  });

  it("is refused as the last one while the replica runs", async () => {
    const replica = await runningReplica();
    await expect(capture(replica, { final: true })).rejects.toMatchObject({ code: "ReplicaNotOff" });
  });
});
