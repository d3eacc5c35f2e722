import fs from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { randomBytes } from "node:crypto";
import { threadWorkers } from "@/lib/adapters/engine-workers/thread-workers";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { FolderStore } from "@/lib/adapters/stores/folder-store";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { deriveVaultKeys } from "@/lib/engine/keys/vault-keys";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { openTrackedDisk } from "@/lib/engine/tracking/open-tracked-disk";
import type { TrackedDisk } from "@/lib/engine/tracking/tracked-disk";
import { readWriteLogs } from "@/lib/engine/tracking/write-log";
import type { Point } from "@/lib/engine/vault/point-object";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import { changesOf, makeImage } from "./images";
import { CHANGED_SHARE } from "./replication";
import { mebibytes, megabytes, megabytesPerSecond, row, seconds, type Section } from "./report";
import { median } from "./statistics";

const DISK = "disk";

interface Committed {
  readonly name: string;
  readonly point: Point;
}

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly point: Point;
}

/** The engine alone, in this process: a disk whose writes were logged, and a vault in a folder. */
export async function measureEngine(folder: string, dataBytes: number, runs: number): Promise<Section> {
  const image = path.join(folder, "tracked.raw");
  await makeImage(image, dataBytes, 99);
  const engine = await Engine.open(folder, image);
  const initial = await engine.replicate(null);
  const deltas: Measured[] = [];
  let last = initial.committed;
  for (let run = 0; run < runs; run += 1) {
    for (const { offsetBytes, bytes } of changesOf(dataBytes, CHANGED_SHARE, run + 2))
      engine.disk.write(offsetBytes, bytes);
    const { committed, measured } = await engine.replicate(last);
    last = committed;
    deltas.push(measured);
  }
  await engine.close();
  await fs.rm(folder, { recursive: true });
  return section(initial.measured, deltas, dataBytes);
}

class Engine {
  readonly disk: TrackedDisk;
  readonly #image: string;
  readonly #session: VaultSession;
  #cuts = 0;

  private constructor(disk: TrackedDisk, image: string, session: VaultSession) {
    this.disk = disk;
    this.#image = image;
    this.#session = session;
  }

  static async open(folder: string, image: string): Promise<Engine> {
    const disk = openTrackedDisk({
      disk: openDisk(nodeFileSystem, image, "readwrite"),
      fileSystem: nodeFileSystem,
      folder: path.join(folder, "tracking"),
      diskId: DISK,
    });
    disk.enableTracking();
    const session = await VaultSession.open({
      store: await FolderStore.open(path.join(folder, "vault")),
      keys: deriveVaultKeys(randomBytes(32)),
      startWorkers: threadWorkers(),
      openSource: (spec) => openFrozenView(nodeFileSystem, spec),
      random: systemRandom,
      clock: systemClock,
    });
    return new Engine(disk, image, session);
  }

  /** Cut, read what the write log names (everything the first time), commit, release. */
  async replicate(previous: Committed | null): Promise<{ committed: Committed; measured: Measured }> {
    const started = performance.now();
    const cpu = process.cpuUsage();
    const cut = this.disk.beginCut(`cut-${String((this.#cuts += 1))}`);
    const at = systemClock.now().toISOString();
    const run = await this.#session.begin({ id: "bench", name: "bench" });
    const before = previous?.point.disks[0];
    const replicated = await run.replicateDisk({
      diskName: DISK,
      source: { imagePath: this.#image, preservePath: cut.preservePath },
      virtualSizeBytes: this.disk.virtualSizeBytes,
      previousTop: before ? { root: Buffer.from(before.root, "hex"), top: Buffer.from(before.top, "hex") } : null,
      blocks: cut.writeLogPaths === null ? "allocated" : readWriteLogs(nodeFileSystem, cut.writeLogPaths),
    });
    const { stats } = replicated;
    const committed = await run.commit({
      at,
      kind: "CrashConsistent",
      disks: [
        {
          diskId: DISK,
          virtualSizeBytes: this.disk.virtualSizeBytes,
          root: replicated.root.toString("hex"),
          top: replicated.top.toString("hex"),
        },
      ],
      sourceBytesRead: stats.bytesRead,
      changedBytes: stats.changedBytes,
      storedBytes: stats.storedBytes,
      orders: null,
      final: false,
      previous: previous?.name ?? null,
    });
    this.disk.releaseCut({ committed: true });
    const took = (performance.now() - started) / 1000;
    const used = process.cpuUsage(cpu);
    return {
      committed,
      measured: { seconds: took, cpuSeconds: (used.user + used.system) / 1e6, point: committed.point },
    };
  }

  async close(): Promise<void> {
    await this.#session.close();
    this.disk.close();
  }
}

function section(initial: Measured, deltas: readonly Measured[], dataBytes: number): Section {
  const delta = (pick: (one: Measured) => number) => median(deltas.map(pick));
  return {
    title: "The engine alone, with a write log",
    method:
      `In one process, without TLS: a raw image with ${mebibytes(dataBytes)} of data behind a tracked disk, two threads, a ` +
      `vault in a folder. The write log names the blocks, as it does for every machine that runs on a site's host; ` +
      `${String(deltas.length)} deltas after one initial replication.`,
    rows: [
      row(
        "initial replication",
        `${megabytesPerSecond(initial.point.changedBytes, initial.seconds)} of data, ${seconds(initial.seconds)}, processor ${seconds(initial.cpuSeconds)}`,
      ),
      row(
        "delta by write log",
        `${seconds(delta((one) => one.seconds))}, processor ${seconds(delta((one) => one.cpuSeconds))}, ${megabytesPerSecond(
          delta((one) => one.point.changedBytes),
          delta((one) => one.seconds),
        )} of changed blocks`,
      ),
      row(
        "delta by write log: bytes",
        `${megabytes(delta((one) => one.point.sourceBytesRead))} read, ${megabytes(delta((one) => one.point.changedBytes))} changed, ${megabytes(delta((one) => one.point.storedBytes))} stored`,
      ),
    ],
  };
}
