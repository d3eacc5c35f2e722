import type { HostClient } from "@/lib/compute/host-client";
import type { Cut, MachineStatus } from "@/lib/compute/host-protocol";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import type { ObjectReader } from "@/lib/engine/vault/object-store";
import { openPoint } from "@/lib/engine/vault/open-point";
import type { Point, PointDisk } from "@/lib/engine/vault/point-object";
import type { ReplicationRun } from "@/lib/engine/vault/replication-run";
import type { VaultSession } from "@/lib/engine/vault/vault-session";
import type { Clock } from "@/lib/kernel/clock";
import { Refusal } from "@/lib/kernel/fault";
import { chooseBlocks } from "@/lib/site/agent/choose-blocks";
import { captureVoid, replicaNotOff, replicaNotWhole } from "./capture-faults";

export interface CaptureTools {
  /** Of the region. */
  readonly host: Pick<HostClient, "machine" | "settleDisks" | "setTracking" | "cut" | "verifyCut" | "releaseCut">;
  readonly session: VaultSession;
  readonly store: ObjectReader;
  readonly keys: VaultKeys;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
}

export interface CaptureTask {
  /** As the vault knows it. */
  readonly machine: { readonly id: string; readonly name: string };
  readonly replica: {
    /** At the region's host. */
    readonly id: string;
    readonly name: string;
    readonly disks: readonly { readonly diskId: string; readonly path: string }[];
  };
  /** Object name of the point that the replica was made from, or last captured as. */
  readonly baseName: string;
  readonly final: boolean;
  /** Whoever gave the task may release the cut by it. */
  readonly cutId: string;
}

export interface CapturedReplica {
  readonly objectName: string;
  readonly point: Point;
}

export interface CaptureOptions {
  readonly onProgress: (bytesDone: number, bytesTotal: number) => void;
  readonly signal: AbortSignal;
}

/** A cut of the replica; `standing`: the host preserves what it overwrites meanwhile. */
interface ReplicaCut {
  readonly cut: Omit<Cut, "cutId" | "epoch" | "quiesced">;
  readonly standing: boolean;
}

/**
 * A point of a replica: cut at one instant, compared with the tree of the point that it was made from, what differs
 * stored. While the host has logged writes since that point only these blocks are read; the first time everything is.
 * Nothing is visible before the point is. Safe to repeat after a kill: stored packs are taken over by the session.
 */
export async function captureReplica(
  tools: CaptureTools,
  task: CaptureTask,
  options: CaptureOptions,
): Promise<CapturedReplica> {
  const base = await openPoint(tools.store, tools.keys, task.baseName, {
    machine: task.machine.name,
    point: task.baseName,
  });
  const run = await tools.session.begin(task.machine);
  let committed: CapturedReplica | null = null;
  let standing = false;
  try {
    const taken = await cutReplica(tools, task);
    standing = taken.standing;
    committed = await readAndCommit(tools, task, { run, base, taken }, options);
    return committed;
  } catch (error) {
    await run.abort();
    throw error;
  } finally {
    if (standing) await release(tools, task, committed?.objectName ?? null);
  }
}

async function cutReplica(tools: CaptureTools, task: CaptureTask): Promise<ReplicaCut> {
  const { host, clock } = tools;
  const status = await statusOf(tools, task);
  // It was verified and never started: nobody but us has its disks, and each read proves that nothing was written.
  if (status === null) return { cut: atRest(task, clock.now()), standing: false };
  const diskIds = task.replica.disks.map(({ diskId }) => diskId);
  if (task.final && !isOff(status)) throw replicaNotOff(task.replica.name, status.power);
  if (!(await host.settleDisks(task.replica.id))) throw replicaNotWhole(task.replica.name);
  await host.setTracking(task.replica.id, { enabled: true, diskIds });
  return { cut: await host.cut(task.replica.id, { cutId: task.cutId, diskIds }), standing: true };
}

async function readAndCommit(
  tools: CaptureTools,
  task: CaptureTask,
  { run, base, taken }: { readonly run: ReplicationRun; readonly base: Point; readonly taken: ReplicaCut },
  options: CaptureOptions,
): Promise<CapturedReplica> {
  const { cut, standing } = taken;
  const read = await readDisks(tools, task, run, base, cut, options);
  if (task.final && standing) {
    const status = await statusOf(tools, task);
    if (status !== null && !isOff(status)) throw replicaNotOff(task.replica.name, status.power);
  }
  const valid = standing ? await tools.host.verifyCut(task.replica.id, task.cutId) : !(await statusOf(tools, task));
  if (!valid) throw captureVoid(task.replica.name);
  options.signal.throwIfAborted();
  const { disks, sourceBytesRead, changedBytes, storedBytes } = read;
  const { name, point } = await run.commit({
    ...{ at: cut.at, kind: "CrashConsistent", disks, sourceBytesRead, changedBytes, storedBytes },
    // Nothing has run on disks that did not change: they hold what the base holds.
    orders: standing ? cut.orders : changedBytes === 0 ? base.orders : null,
    ...{ final: task.final, previous: task.baseName, origin: "replica" },
  });
  return { objectName: name, point };
}

async function readDisks(
  tools: CaptureTools,
  task: CaptureTask,
  run: ReplicationRun,
  base: Point,
  cut: ReplicaCut["cut"],
  { onProgress, signal }: CaptureOptions,
) {
  const disks: PointDisk[] = [];
  const totals = { sourceBytesRead: 0, changedBytes: 0, storedBytes: 0 };
  let bytesBefore = 0;
  for (const disk of cut.disks) {
    const { imagePath, preservePath } = disk;
    const before = base.disks.find(({ diskId }) => diskId === disk.diskId) ?? null;
    const virtualSizeBytes = before?.virtualSizeBytes ?? disk.virtualSizeBytes;
    const { blocks, previousTop } = chooseBlocks({
      fileSystem: tools.fileSystem,
      cut: { ...cut, cutId: task.cutId, epoch: "", quiesced: null },
      disk: { ...disk, virtualSizeBytes },
      lastPoint: { id: task.baseName, objectName: task.baseName, previousId: null },
      before,
      resynchronize: null,
    });
    const replicated = await run.replicateDisk({
      ...{ diskName: disk.diskId, source: { imagePath, preservePath }, virtualSizeBytes, previousTop, blocks, signal },
      onProgress: ({ bytesRead, bytesTotal }) => onProgress(bytesBefore + bytesRead, bytesBefore + bytesTotal),
    });
    bytesBefore += replicated.stats.bytesRead;
    totals.sourceBytesRead += replicated.stats.bytesRead;
    totals.changedBytes += replicated.stats.changedBytes;
    totals.storedBytes += replicated.stats.storedBytes;
    const { root, top } = replicated;
    disks.push({
      ...{ diskId: disk.diskId, virtualSizeBytes, root: root.toString("hex"), top: top.toString("hex") },
    });
  }
  return { disks, ...totals };
}

/** Null when the region's host does not know it. */
async function statusOf({ host }: CaptureTools, { replica }: CaptureTask): Promise<MachineStatus | null> {
  try {
    return await host.machine(replica.id);
  } catch (error) {
    if (error instanceof Refusal && error.kind === "notFound") return null;
    throw error;
  }
}

function isOff({ power }: MachineStatus): boolean {
  return power === "off" || power === "failed";
}

/** Sizes are those of the base: the reader refuses an image that has another. */
function atRest({ replica }: CaptureTask, now: Date): ReplicaCut["cut"] {
  return {
    at: now.toISOString(),
    ...{ baseline: null, orders: null },
    disks: replica.disks.map(({ diskId, path }) => ({
      ...{ diskId, imagePath: path, format: "vhd-fixed", virtualSizeBytes: 0, preservePath: null, writeLogPaths: null },
    })),
  };
}

/** Not to be able to costs a full read the next time, or nothing: a point that is committed is one. */
async function release({ host }: CaptureTools, task: CaptureTask, pointName: string | null): Promise<void> {
  const committed = pointName !== null;
  await host.releaseCut(task.replica.id, task.cutId, { committed, baseline: pointName }).catch(() => false);
}
