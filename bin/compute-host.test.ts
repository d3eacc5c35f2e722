import { build } from "esbuild";
import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { findFirmware, firmwareMissing } from "@/lib/adapters/hypervisors/v86/firmware";
import { makeContosoEstate, type ContosoMachine } from "@/lib/compute/contoso-estate";
import { readLedger } from "@/lib/compute/guest/ledger";
import { encodeConfig, decodeConfig, SECTOR_BYTES } from "@/lib/compute/guest/ledger-format";
import { HostClient } from "@/lib/compute/host-client";
import type { ConsoleView, MachineDefinition } from "@/lib/compute/host-protocol";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { readWriteLogs } from "@/lib/engine/tracking/write-log";

const BLOCK = 64 * 1024;
const MIB = 1024 * 1024;
const root = path.resolve(import.meta.dirname, "..");
const program = path.join(root, "node_modules/.cache/secondsite-tests", `compute-host-${process.pid}.mjs`);
const withoutFirmware = findFirmware() === null;
if (withoutFirmware) console.log(`skipping the tests that boot. ${firmwareMissing()}`);

let folder: string;
const children: ChildProcess[] = [];
const clients: HostClient[] = [];

beforeAll(async () => {
  await build({
    entryPoints: [path.join(root, "bin/compute-host.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    alias: { "@": root },
    logLevel: "error",
  });
});
afterAll(() => rmSync(program, { force: true }));

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(children.splice(0).map((child) => kill(child, "SIGKILL")));
  rmSync(folder, { recursive: true, force: true });
});

const FORMATS = [
  { osDiskFormat: "vhd-dynamic", dataDiskFormat: "vhd-fixed" },
  { osDiskFormat: "vmdk-sparse", dataDiskFormat: "vmdk-flat" },
  { osDiskFormat: "vmdk-split", dataDiskFormat: "vmdk-flat" },
] as const;

async function estate(formats: Partial<ContosoMachine> = {}): Promise<MachineDefinition> {
  folder = mkdtempSync(path.join(tmpdir(), "host-"));
  const [definition] = await makeContosoEstate({
    fileSystem: nodeFileSystem,
    disksFolder: path.join(folder, "disks"),
    hostHome: path.join(folder, "host"),
    seed: "test",
    createdAt: new Date("2026-01-01T00:00:00Z"),
    machines: [
      {
        name: "CONTOSO-SQL",
        title: "Orders",
        osDiskBytes: 10 * 1024 * MIB,
        applicationDataBytes: 4 * MIB,
        dataDiskBytes: 4 * MIB,
        ...formats,
      },
    ],
  });
  if (!definition) throw new Error("no machine was made");
  hurry(definition);
  return definition;
}

/** Nine orders a second instead of one. */
function hurry(definition: MachineDefinition): void {
  const disk = openDisk(nodeFileSystem, definition.disks[0]?.path ?? "", "readwrite");
  const sector = new Uint8Array(SECTOR_BYTES);
  disk.read(SECTOR_BYTES, sector);
  const config = decodeConfig(sector);
  if (!config) throw new Error("no guest on the disk");
  disk.write(SECTOR_BYTES, encodeConfig({ ...config, ticksPerOrder: 2 }));
  disk.close();
}

async function startHost(): Promise<{ child: ChildProcess; client: HostClient }> {
  const socket = path.join(folder, "run", "host.sock");
  const child = spawn(
    process.execPath,
    [program, "--home", path.join(folder, "host"), "--socket", socket, "--host-name", "HV01"],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  children.push(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once("data", () => resolve());
    child.stderr?.once("data", (text: Buffer) => reject(new Error(text.toString())));
    child.once("exit", (code) => reject(new Error(`the host ended with ${code}`)));
  });
  const client = new HostClient(socket);
  clients.push(client);
  return { child, client };
}

function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}

/** Watches the console until `count` orders are confirmed; returns the newest view. */
async function ordersReach(client: HostClient, id: string, count: number): Promise<ConsoleView> {
  const abort = new AbortController();
  for await (const view of client.streamConsole(id, abort.signal)) {
    if ((view.orders?.count ?? 0) < count) continue;
    abort.abort();
    return view;
  }
  throw new Error("the stream ended");
}

/** 64 KiB blocks that differ between two images of the same disk. */
function changedBlocks(before: string, after: string): number[] {
  const [a, b] = [openDisk(nodeFileSystem, before, "read"), openDisk(nodeFileSystem, after, "read")];
  const changed: number[] = [];
  const [left, right] = [Buffer.alloc(BLOCK), Buffer.alloc(BLOCK)];
  for (const extent of b.allocatedExtents()) {
    for (let offset = extent.offsetBytes; offset < extent.offsetBytes + extent.lengthBytes; offset += BLOCK) {
      a.read(offset, left);
      b.read(offset, right);
      if (!left.equals(right)) changed.push(offset / BLOCK);
    }
  }
  a.close();
  b.close();
  return changed;
}

describe.skipIf(withoutFirmware)("a compute host as a process", { timeout: 60_000 }, () => {
  it.each(FORMATS)(
    "killed again and again while guests write to $osDiskFormat, it loses nothing that was confirmed, and the write logs cover every change",
    async (formats) => {
      const { id, disks } = await estate(formats);
      const image = disks[0]?.path ?? "";
      const before = path.join(folder, "before", path.basename(image));

      const first = await startHost();
      await first.client.setTracking(id, { enabled: true });
      await first.client.stop(id);
      const base = await first.client.cut(id);
      cpSync(path.dirname(image), path.dirname(before), { recursive: true });
      expect(await first.client.releaseCut(id, base.cutId, { committed: true, baseline: "P1" })).toBe(true);
      await first.client.start(id);

      let confirmed = 0;
      let host = first;
      for (let round = 0; round < 3; round += 1) {
        const view = await ordersReach(host.client, id, confirmed + 5);
        confirmed = view.orders?.count ?? 0;
        await kill(host.child, "SIGKILL");
        host = await startHost();
        const recovered = await ordersReach(host.client, id, confirmed);
        expect(recovered.orders?.verdict).toBe("ok");
      }

      await host.client.stop(id);
      const cut = await host.client.cut(id);
      expect(cut.baseline).toBe("P1");
      const [os, data] = cut.disks;
      expect(os?.writeLogPaths).not.toBeNull();
      const logged = readWriteLogs(nodeFileSystem, os?.writeLogPaths ?? []);
      const changed = changedBlocks(before, image);
      expect(changed.length).toBeGreaterThan(0);
      expect(changed.filter((block) => !logged.has(block))).toEqual([]);
      expect(logged.count).toBeLessThan(8);
      expect(readWriteLogs(nodeFileSystem, data?.writeLogPaths ?? []).count).toBe(0);

      const after = openDisk(nodeFileSystem, image, "read");
      const state = readLedger(after);
      after.close();
      expect(state).toMatchObject({ verdict: "ok" });
      expect(state?.count).toBeGreaterThanOrEqual(confirmed);
      expect(cut.orders?.count).toBe(state?.count);
    },
  );

  it.each(FORMATS)(
    "freezes the ledger of $osDiskFormat at a cut while the guest goes on, orders and disk agreeing",
    async (formats) => {
      const { id } = await estate(formats);
      const { client } = await startHost();
      await client.setTracking(id, { enabled: true });
      await ordersReach(client, id, 5);
      const cut = await client.cut(id);
      await ordersReach(client, id, (cut.orders?.count ?? 0) + 5);
      const [os] = cut.disks;
      const view = openFrozenView(nodeFileSystem, {
        imagePath: os?.imagePath ?? "",
        preservePath: os?.preservePath ?? null,
      });
      const aligned = {
        virtualSizeBytes: view.virtualSizeBytes,
        // The frozen view reads from block borders; the ledger reader asks for sectors.
        read(offset: number, into: Uint8Array): void {
          const start = offset - (offset % BLOCK);
          const bytes = Buffer.alloc(Math.ceil((offset + into.length - start) / BLOCK) * BLOCK);
          view.read(start, bytes);
          into.set(bytes.subarray(offset - start, offset - start + into.length));
        },
      };
      const frozen = readLedger(aligned);
      view.close();
      expect(frozen).toMatchObject({ verdict: "ok", count: cut.orders?.count ?? -1 });
      expect(`${frozen?.lastAt ?? ""}Z`).toBe(cut.orders?.lastAt);
      expect(await client.verifyCut(id, cut.cutId)).toBe(true);
      const quiesced = await client.cut(id, { quiesce: true });
      expect(quiesced.quiesced).toMatchObject({ state: "quiesced", mark: { orders: quiesced.orders?.count } });
    },
  );

  it.each(FORMATS)(
    "goes on with the write logs of $osDiskFormat after it was ended and started in order",
    async (formats) => {
      const { id, disks } = await estate(formats);
      const first = await startHost();
      await first.client.setTracking(id, { enabled: true });
      const base = await first.client.cut(id);
      await first.client.releaseCut(id, base.cutId, { committed: true, baseline: "P1" });
      const { orders } = await ordersReach(first.client, id, (base.orders?.count ?? 0) + 2);
      const [os] = (await first.client.machine(id)).disks;
      expect(os?.allocatedBytes).toBeGreaterThan(4 * MIB);
      await kill(first.child, "SIGTERM");
      const next = await startHost();
      await ordersReach(next.client, id, (orders?.count ?? 0) + 2);
      const cut = await next.client.cut(id);
      expect(cut).toMatchObject({
        baseline: "P1",
        disks: disks.map((disk) => ({ diskId: disk.id, imagePath: disk.path })),
      });
      for (const { writeLogPaths } of cut.disks) expect(writeLogPaths).not.toBeNull();
      expect(readWriteLogs(nodeFileSystem, cut.disks[0]?.writeLogPaths ?? []).count).toBeGreaterThan(0);
    },
  );

  it("powers off in order on SIGTERM, keeps a second host out of its home, and lets only the owner on its socket", async () => {
    const { id } = await estate();
    const { child, client } = await startHost();
    await ordersReach(client, id, 2);
    expect(statSync(path.join(folder, "run", "host.sock")).mode & 0o077).toBe(0);
    await expect(startHost()).rejects.toThrow(/ComputeHostAlreadyRunning/);
    await kill(child, "SIGTERM");
    expect(child.exitCode).toBe(0);
    expect(existsSync(path.join(folder, "host", "host.pid"))).toBe(false);
    await expect(client.status()).rejects.toMatchObject({ code: "ComputeHostUnreachable", retryable: true });
    const next = await startHost();
    await ordersReach(next.client, id, 3);
  });
});

describe("the host's protocol", () => {
  it("answers what it cannot do with the reason, and what it does not know likewise", async () => {
    const definition = await estate();
    const { client } = await startHost();
    await expect(client.machine("nobody")).rejects.toMatchObject({ kind: "notFound", code: "MachineNotFound" });
    await expect(client.cut(definition.id, { diskIds: ["nothing"] })).rejects.toMatchObject({ code: "DiskNotFound" });
    const relative = { ...definition, disks: [{ id: "d", name: "d", path: "relative.vhd", role: "os" as const }] };
    await expect(client.putMachine(relative)).rejects.toMatchObject({ kind: "invalid", code: "RequestNotValid" });
    await client.removeMachine("nobody");
    const watched: number[] = [];
    const watching = (async () => {
      for await (const view of client.streamConsole(definition.id, new AbortController().signal)) {
        if (watched.push(view.revision) === 1) await client.removeMachine(definition.id);
      }
    })();
    await watching;
    expect((await client.status()).machines).toEqual([]);
    await client.putMachine(definition);
    const status = await client.status();
    expect(status).toMatchObject({ hostName: "HV01", hypervisor: "v86", problems: [] });
    expect(JSON.parse(readFileSync(path.join(folder, "host/machines", `${definition.id}.json`), "utf8"))).toMatchObject(
      {
        name: "CONTOSO-SQL",
      },
    );
  });
});
