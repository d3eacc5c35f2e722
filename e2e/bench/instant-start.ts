import path from "node:path";
import { supplyBlocksOver } from "@/lib/adapters/compute/block-client";
import { threadWorkers } from "@/lib/adapters/engine-workers/thread-workers";
import { VaultWorkerClient } from "@/lib/adapters/engine-workers/vault-worker-client";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { QemuHypervisor } from "@/lib/adapters/hypervisors/qemu/qemu-hypervisor";
import { V86Hypervisor } from "@/lib/adapters/hypervisors/v86/v86-hypervisor";
import { FolderStore } from "@/lib/adapters/stores/folder-store";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { installLedgerGuest, writeOrders } from "@/lib/compute/guest/ledger";
import { ComputeHost } from "@/lib/compute/host";
import type { Hypervisor } from "@/lib/compute/hypervisor";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import { createDynamicVhd } from "@/lib/engine/disk/create-vhd";
import { deriveVaultKeys } from "@/lib/engine/keys/vault-keys";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import { installMissing } from "./packages";
import { watchOthers } from "./processes";
import { mebibytes, megabytesPerSecond, othersRow, row, rowWithGoal, seconds, type Row, type Section } from "./report";
import { median } from "./statistics";

const GIB = 1024 ** 3;
const SIZES = { small: GIB, large: 500 * GIB } as const;
type Size = keyof typeof SIZES;
const GOAL_SECONDS = 3;
const GOAL_DIFFERENCE = 0.2;
const LEDGER = { hostName: "BENCH", title: "Instant start", ledgerStartLba: 2_048, capacity: 65_536, ledgerId: 9 };
const ORDERS = 5_000;
const DATA_OFFSET = 64 * 1024 ** 2;

/** The other hypervisor; the embedded one is always there. */
const HYPERVISOR_PACKAGES = { "qemu-system-x86_64": "qemu-system-x86" };

interface Started {
  readonly firstLineSeconds: number;
  readonly hydratedSeconds: number;
  readonly bytesWritten: number;
}

/**
 * From the decision to start to the guest's first line: the vault is opened, the disk made usable, the machine powered on.
 * Two disks of the same contents, alternating; a vault of their own each, a folder.
 */
export async function measureInstantStart(folder: string, dataBytes: number, runs: number): Promise<Section> {
  // Compiling the emulator keeps no event loop alive; in a real host its server does.
  const alive = setInterval(() => undefined, 1_000);
  try {
    return await measure(folder, dataBytes, runs);
  } finally {
    clearInterval(alive);
  }
}

async function measure(folder: string, dataBytes: number, runs: number): Promise<Section> {
  // What stays missing says so itself.
  installMissing(HYPERVISOR_PACKAGES);
  const others = watchOthers();
  const keys = deriveVaultKeys(systemRandom.bytes(32));
  const points = new Map<Size, string>();
  for (const size of ["small", "large"] as const) points.set(size, await fillVault(folder, size, keys, dataBytes));
  const rows: Row[] = [];
  for (const hypervisor of [new V86Hypervisor(), new QemuHypervisor()]) {
    const unavailable = hypervisor.unavailableReason();
    if (unavailable !== null) {
      rows.push(row(`on ${hypervisor.name}`, `not measured: ${unavailable}`));
      continue;
    }
    const found = { small: [] as Started[], large: [] as Started[] };
    for (let run = 0; run <= runs; run++) {
      // Neither size always follows the other.
      for (const size of run % 2 === 0 ? (["small", "large"] as const) : (["large", "small"] as const)) {
        const started = await startOnce(folder, { hypervisor, size, keys, point: points.get(size) ?? "", run });
        if (run > 0) found[size].push(started); // The first compiles, probes and warms up.
      }
    }
    rows.push(...rowsOf(hypervisor.name, found));
  }
  return {
    title: "Instant start",
    method:
      `The Contoso guest with ${String(ORDERS)} orders and ${mebibytes(dataBytes)} of incompressible data on a disk of 1 GiB and one of 500 GiB; ` +
      `medians of ${String(runs)} runs, alternating, after one that does not count. From the decision to start, vault not opened yet, to the guest's first line.`,
    rows: [...rows, othersRow(others())],
  };
}

function rowsOf(name: string, found: Readonly<Record<Size, readonly Started[]>>): Row[] {
  const first = (size: Size) => median(found[size].map((one) => one.firstLineSeconds));
  const hydrated = median(found.large.map((one) => one.hydratedSeconds));
  const written = found.large[0]?.bytesWritten ?? 0;
  const difference = Math.abs(first("large") - first("small")) / first("small");
  return [
    rowWithGoal(`${name}: first line, disk of 1 GiB`, first("small"), GOAL_SECONDS, seconds),
    rowWithGoal(`${name}: first line, disk of 500 GiB`, first("large"), GOAL_SECONDS, seconds),
    rowWithGoal(`${name}: difference`, difference, GOAL_DIFFERENCE, (share) => `${(share * 100).toFixed(1)} %`),
    row(
      `${name}: disk of 500 GiB complete and verified behind the machine`,
      `${seconds(hydrated)} (${mebibytes(written)}, ${megabytesPerSecond(written, hydrated)}, read back included)`,
    ),
  ];
}

async function fillVault(
  folder: string,
  size: Size,
  keys: ReturnType<typeof deriveVaultKeys>,
  dataBytes: number,
): Promise<string> {
  const imagePath = path.join(folder, `${size}.vhd`);
  const virtualSizeBytes = SIZES[size];
  const image = { virtualSizeBytes, uniqueId: systemRandom.uuid(), createdAt: new Date(0) };
  const disk = createDynamicVhd(nodeFileSystem, imagePath, image);
  installLedgerGuest(disk, { ...LEDGER, ticksPerOrder: 2 });
  const orders = Array.from({ length: ORDERS }, () => ({ at: "2026-01-02T03:04:05", amountCents: 100 }));
  writeOrders(disk, { ...LEDGER, ticksPerOrder: 2 }, orders);
  for (let at = 0; at < dataBytes; at += BLOCK_BYTES) disk.write(DATA_OFFSET + at, systemRandom.bytes(BLOCK_BYTES));
  disk.close();
  const session = await VaultSession.open({
    store: await FolderStore.open(path.join(folder, `vault-${size}`)),
    ...{ keys, random: systemRandom, clock: systemClock },
    openSource: (spec) => openFrozenView(nodeFileSystem, spec),
    startWorkers: threadWorkers({}),
  });
  const run = await session.begin({ id: "bench", name: "BENCH" });
  const made = await run.replicateDisk({
    ...{ diskName: "os", source: { imagePath, preservePath: null }, virtualSizeBytes },
    ...{ previousTop: null, blocks: "allocated" as const },
  });
  const hex = { root: made.root.toString("hex"), top: made.top.toString("hex") };
  const { name } = await run.commit({
    ...{ at: new Date().toISOString(), kind: "CrashConsistent", orders: null, final: false, previous: null },
    ...{ disks: [{ diskId: "os", virtualSizeBytes, ...hex }], sourceBytesRead: 0, changedBytes: 0, storedBytes: 0 },
  });
  await session.close();
  return name;
}

async function startOnce(
  folder: string,
  ask: {
    readonly hypervisor: Hypervisor;
    readonly size: Size;
    readonly keys: ReturnType<typeof deriveVaultKeys>;
    readonly point: string;
    readonly run: number;
  },
): Promise<Started> {
  const { hypervisor, size, keys, point, run } = ask;
  const home = path.join(folder, `${hypervisor.name}-${size}-${run}`);
  const imagePath = path.join(home, "disk.vhd");
  nodeFileSystem.makeFolder(home);
  const workers = new VaultWorkerClient({ childCountMax: 1, niceness: 0 });
  const host = new ComputeHost({
    ...{ home: path.join(home, "host"), hostName: "bench", pid: process.pid, fileSystem: nodeFileSystem, hypervisor },
    ...{ clock: systemClock, random: systemRandom, bootId: null },
    supplyBlocks: supplyBlocksOver(nodeFileSystem, systemClock),
  });
  try {
    const startedMs = performance.now();
    const context = { machine: "BENCH", point };
    let markUsable = (): void => {};
    const usable = new Promise<void>((resolve) => (markUsable = resolve));
    const hydrated = workers.run(
      "hydrate",
      {
        store: { kind: "folder", folder: path.join(folder, `vault-${size}`) },
        ...{ masterKey: keys.master, pointName: point, context, diskId: "os", imagePath, bootId: null },
        socketPath: path.join(home, "b.sock"),
      },
      { onProgress: () => markUsable() },
    );
    await Promise.race([usable, hydrated]);
    const disks = [{ id: "os", name: "disk.vhd", path: imagePath, role: "os" as const }];
    const machine = { id: "m", name: "M", memoryBytes: 32 * 1024 ** 2, disks, desired: "running" as const };
    const definition = { ...machine, generation: 1 as const, osType: "Other" as const, cpuCount: 1, bootable: true };
    const attachments = { passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false };
    await host.put({ ...definition, attachments });
    while (host.console("m").firstLineMs === null) await systemClock.sleep(5);
    const firstLineSeconds = (performance.now() - startedMs) / 1000;
    const { bytesWritten } = await hydrated;
    const hydratedSeconds = (performance.now() - startedMs) / 1000;
    if (!(await host.settleDisks("m"))) throw new Error("a proven disk did not become an ordinary one");
    return { firstLineSeconds, hydratedSeconds, bytesWritten };
  } finally {
    await host.shutDown();
    await workers.close();
    nodeFileSystem.remove(imagePath);
  }
}
