import path from "node:path";
import type { Server } from "node:http";
import process from "node:process";
import { expect, it } from "vitest";
import { listenOnUnixSocket } from "@/lib/adapters/compute/unix-socket";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { findFirmware } from "@/lib/adapters/hypervisors/v86/firmware";
import { V86Hypervisor } from "@/lib/adapters/hypervisors/v86/v86-hypervisor";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { makeContosoEstate, type ContosoMachine } from "@/lib/compute/contoso-estate";
import { ComputeHost } from "@/lib/compute/host";
import { HostClient } from "@/lib/compute/host-client";
import type { ConsoleView, MachineDefinition } from "@/lib/compute/host-protocol";
import { createHostServer } from "@/lib/compute/host-server";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import type { SourceSpec } from "@/lib/engine/vault/block-workers";
import { inlineWorkers } from "@/lib/engine/vault/inline-workers";
import { materialise } from "@/lib/engine/vault/materialise";
import { openPoint } from "@/lib/engine/vault/open-point";
import { openVaultReader } from "@/lib/engine/vault/vault-reader";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import { MachineReplicator } from "@/lib/site/agent/machine-replicator";
import { Slots } from "@/lib/site/agent/slots";
import { synchronizeBack } from "@/lib/site/agent/synchronize-back";
import { MemoryStore } from "@/lib/testing/memory-store";
import { noHooks } from "@/lib/testing/replicating-host";
import { temporaryFolder } from "@/lib/testing/site-vault-door";
import { testKeys } from "@/lib/testing/vault-harness";
import { captureReplica } from "./capture-replica";

const MIB = 1024 * 1024;
const openSource = (spec: SourceSpec) => openFrozenView(nodeFileSystem, spec);
const quiet = { onProgress: () => undefined, signal: new AbortController().signal };
const keys = testKeys();

async function startHost(folder: string, name: string) {
  const host = new ComputeHost({
    ...{ home: path.join(folder, name), hostName: name, pid: process.pid, fileSystem: nodeFileSystem },
    ...{ hypervisor: new V86Hypervisor(), clock: systemClock, random: systemRandom, bootId: null },
  });
  const server: Server = createHostServer(host, () => undefined);
  const socket = path.join(folder, `${name}.sock`);
  await listenOnUnixSocket(server, socket);
  const client = new HostClient(socket);
  const close = async () => {
    await host.shutDown();
    client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { host, client, close };
}

async function untilConsole(client: HostClient, id: string, test: (view: ConsoleView) => boolean) {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const view = await client.console(id);
    if (test(view)) return view;
    if (performance.now() > deadline) throw new Error(`the guest did not get there: ${view.serial.slice(-500)}`);
    await systemClock.sleep(50);
  }
}

const openSession = (store: MemoryStore) =>
  VaultSession.open({
    ...{ store, keys, openSource, random: systemRandom, clock: systemClock },
    startWorkers: inlineWorkers(openSource, systemRandom),
  });

const withoutFirmware = findFirmware() === null;

it.skipIf(withoutFirmware).each([
  { osDiskFormat: "vhdx-dynamic", dataDiskFormat: "vhd-fixed" },
  { osDiskFormat: "vmdk-split", dataDiskFormat: "vmdk-flat" },
] as const)(
  "finds every order that was ever confirmed, by the guest's own check, after it went from $osDiskFormat to the region and came back",
  async (formats) => {
    const { folder, remove } = temporaryFolder("circle-");
    const store = new MemoryStore();
    const machines: ContosoMachine[] = [
      {
        ...{ name: "CONTOSO-WEB", title: "Web shop", osDiskBytes: 3072 * MIB, applicationDataBytes: 8 * MIB },
        ...{ ...formats, dataDiskBytes: 4 * MIB },
      },
    ];
    const [definition] = await makeContosoEstate({
      ...{ fileSystem: nodeFileSystem, disksFolder: path.join(folder, "disks"), hostHome: path.join(folder, "site") },
      ...{ seed: "circle", createdAt: new Date(0), machines },
    });
    if (definition === undefined) throw new Error("an estate of one machine has it");
    const { id, name } = definition;
    const site = await startHost(folder, "site");
    const region = await startHost(folder, "region");
    const session = await openSession(store);
    const points: { id: string; objectName: string }[] = [];
    const replicate = (final: boolean, lastPoint: { id: string; objectName: string } | null, flagged: string[] = []) =>
      new MachineReplicator(
        {
          ...{ host: site.client, hooks: noHooks, store, keys, fileSystem: nodeFileSystem, journalFolder: null },
          openSession: async () => session,
          registerPoint: async ({ objectName }) => {
            points.push({ id: systemRandom.uuid(), objectName });
            return points.at(-1)?.id ?? "";
          },
          noticeResynchronization: async ({ reason }) => {
            flagged.push(reason);
            return { flagId: "flag", allowed: true };
          },
          paceReads: async () => undefined,
          ...{ initialSlots: new Slots(1), deltaSlots: new Slots(1), clock: systemClock, random: systemRandom },
          log: () => undefined,
        },
        {
          ...{ protectedItemId: "item", machineId: id, diskIds: definition.disks.map((disk) => disk.id) },
          ...{ intervalSeconds: 3_600, state: "active", applicationConsistent: null, consistencyGroup: null },
          lastPoint: lastPoint && { ...lastPoint, previousId: null },
        },
        name,
      ).replicateNow(final);
    try {
      await site.client.start(id);
      await untilConsole(site.client, id, ({ orders }) => (orders?.count ?? 0) >= 2);
      await replicate(false, null);
      await untilConsole(site.client, id, ({ orders }) => (orders?.count ?? 0) >= 3);
      await site.client.stop(id);
      const { orders: ordersAtShutdown } = await replicate(true, points.at(-1) ?? null);
      const baseName = points.at(-1)?.objectName ?? "";

      // Planned failover: restored, proven, started; the guest counts what it finds and goes on.
      const context = { machine: name, point: baseName };
      const vault = await openVaultReader(store, keys);
      const disks: MachineDefinition["disks"] = [];
      for (const disk of (await openPoint(store, keys, baseName, context)).disks) {
        const targetPath = path.join(folder, `replica-${disk.diskId}.vhd`);
        const files = { fileSystem: nodeFileSystem, targetPath, format: "vhd-fixed" } as const;
        await materialise({ vault, disk, context, ...files, random: systemRandom, clock: systemClock });
        disks.push({ id: disk.diskId, name: disk.diskId, path: targetPath, role: "data" as const });
      }
      const { memoryBytes } = definition;
      await region.client.putMachine({ id: "vm", name, memoryBytes, disks, desired: "running" });
      const there = await untilConsole(region.client, "vm", ({ bootReport }) => bootReport !== null);
      expect(there.bootReport).toEqual({ orders: ordersAtShutdown?.count, verdict: "ok" });
      const more = (ordersAtShutdown?.count ?? 0) + 2;
      await untilConsole(region.client, "vm", ({ orders }) => (orders?.count ?? 0) >= more);

      // The way back: before, while it takes orders; then the rest.
      const capture = (from: string, final: boolean) =>
        captureReplica(
          { host: region.client, session, store, keys, fileSystem: nodeFileSystem, clock: systemClock },
          {
            machine: { id, name },
            replica: { id: "vm", name, disks: disks.map((disk) => ({ diskId: disk.id, path: disk.path })) },
            ...{ baseName: from, final, cutId: `cut-${systemRandom.uuid()}` },
          },
          quiet,
        );
      const bringBack = (pointObjectName: string) =>
        synchronizeBack(
          {
            ...{ host: site.client, store, keys, fileSystem: nodeFileSystem, imagesFolder: null },
            ...{ clock: systemClock, random: systemRandom },
          },
          {
            ...{ type: "synchronizeBack", machineId: id, protectedItemId: "item", pointObjectName },
            createMachine: null,
          },
          quiet,
        );
      const before = await capture(baseName, false);
      await bringBack(before.objectName);
      await untilConsole(
        region.client,
        "vm",
        ({ orders }) => (orders?.count ?? 0) > (before.point.orders?.count ?? 0) + 1,
      );
      await region.client.stop("vm");
      const final = await capture(before.objectName, true);
      expect(final.point.sourceBytesRead).toBeLessThan(MIB);
      const back = await bringBack(final.objectName);
      expect(back.map(({ root }) => root)).toEqual(final.point.disks.map(({ root }) => root));
      expect(back[0]?.bytesSaved).toBeGreaterThan(8 * MIB);
      expect(back[0]?.bytesWritten).toBeLessThan(MIB);

      await site.client.start(id);
      const home = await untilConsole(site.client, id, ({ bootReport }) => bootReport !== null);
      expect(home.bootReport).toEqual({ orders: final.point.orders?.count, verdict: "ok" });
      expect(final.point.orders?.count).toBeGreaterThan(more);
      expect((await site.client.machine(id)).disks[0]?.format).toBe(formats.osDiskFormat);
      await untilConsole(site.client, id, ({ orders }) => (orders?.count ?? 0) > (final.point.orders?.count ?? 0));
      const flagged: string[] = [];
      await replicate(false, { id: "known", objectName: final.objectName }, flagged);
      expect(flagged).toEqual([]);
    } finally {
      await session.close();
      await site.close();
      await region.close();
      remove();
    }
  },
);
