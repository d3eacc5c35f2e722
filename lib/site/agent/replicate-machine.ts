import type { Cut, CutDisk } from "@/lib/compute/host-protocol";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import type { ObjectReader } from "@/lib/engine/vault/object-store";
import { openPoint } from "@/lib/engine/vault/open-point";
import type { Point, PointDisk } from "@/lib/engine/vault/point-object";
import type { ReplicationRun } from "@/lib/engine/vault/replication-run";
import type { VaultSession } from "@/lib/engine/vault/vault-session";
import { Fault } from "@/lib/kernel/fault";
import { isOutage } from "./back-off";
import { chooseBlocks, type DiskPlan, type LastPoint } from "./choose-blocks";
import type { CutGroup } from "./group-cycle";
import { PassJournal } from "./pass-journal";
import type { ResynchronizationFigures, ResynchronizationNeed } from "./resynchronization";
import type { SiteHost } from "./site-host";
import type { TakenCut } from "./take-cut";

export interface ReplicationTask {
  readonly machine: { readonly id: string; readonly name: string };
  readonly diskIds: readonly string[];
  readonly lastPoint: LastPoint | null;
  /** The content of that point where it is at hand already. */
  readonly lastPointContent: Point | null;
  readonly final: boolean;
  /** The flag that is up and may be worked off; null: go by the write logs while they suffice. */
  readonly resynchronize: ResynchronizationNeed | null;
  /** Called before anything is read in full that should not need it. Answers the flag's id, or throws when it may not begin. */
  readonly flag: (need: ResynchronizationNeed) => Promise<string>;
  readonly signal: AbortSignal;
  /** Bytes read of the bytes to read, and bytes that the vault has taken. The total becomes exact as disks begin. */
  readonly onProgress: (bytesDone: number, bytesTotal: number, sentBytes: number) => void;
  readonly onNote: (note: string) => void;
  /** Where a full pass notes how far it is; null: nowhere, it is of a group or somebody waits for the newest state. */
  readonly journalPath: string | null;
  /** Waits until a resynchronization may read so many bytes more. */
  readonly paceReads: (bytes: number) => Promise<void>;
  /** Takes the cut that is replicated; the machine's writes are tracked by then. */
  readonly takeCut: () => Promise<TakenCut>;
  /** Waits for leave to read and send; returns the way to give it back. */
  readonly takeSlot: () => Promise<() => void>;
  /** The cut over several machines that this one is part of; null: it is of this machine only. */
  readonly group: CutGroup | null;
  /** Makes the committed point known to the vault; answers its id. Idempotent. */
  readonly register: (objectName: string, point: Point, figures: RunFigures) => Promise<string>;
}

/** What a run says of itself beside its point. */
export interface RunFigures {
  /** Null when a disk has no logs. */
  readonly writeLogBytes: number | null;
  readonly resynchronization: ResynchronizationFigures | null;
}

export interface ReplicationTools {
  readonly host: SiteHost;
  readonly session: VaultSession;
  readonly store: ObjectReader;
  readonly keys: VaultKeys;
  readonly fileSystem: FileSystem;
}

export interface ReplicatedPoint {
  readonly recoveryPointId: string;
  readonly objectName: string;
  readonly point: Point;
}

/**
 * One replication of one machine: cut, read, upload, check that the cut stood the whole time, commit, register, release.
 * A kill between any two of these loses nothing: the write logs are dropped last, and only for what is registered.
 */
export async function replicateMachine(tools: ReplicationTools, task: ReplicationTask): Promise<ReplicatedPoint> {
  const { host } = tools;
  const { id, name } = task.machine;
  if (task.final) await mustBeOff(host, task);
  await host.setTracking(id, { enabled: true, diskIds: [...task.diskIds] });
  const interrupted = await openInterrupted(tools, task);
  const taken = interrupted === null ? await task.takeCut() : standing(interrupted.header.cut);
  const { cut } = taken;
  let recoveryPointId: string | null = null;
  let keepsCut = false;
  let journal = interrupted;
  try {
    const before = await contentOfLastPoint(tools, task);
    const { plans, flagId } = await planDisks(tools, task, cut, before);
    const writeLogBytes = sizeOfLogs(tools.fileSystem, cut);
    journal ??= beginJournal(tools, task, cut, plans);
    const pace = flagId === null ? undefined : task.paceReads;
    const { bytesKept, ...committed } = await inSlot(task, () =>
      readAndCommit(tools, task, taken, { plans, journal, pace }),
    );
    const resynchronization = flagId === null ? null : figuresOf(flagId, committed.point, bytesKept);
    recoveryPointId = await task.register(committed.objectName, committed.point, { writeLogBytes, resynchronization });
    return { ...committed, recoveryPointId };
  } catch (error) {
    // The vault is away: the next attempt goes on with the same cut.
    keepsCut = journal !== null && isOutage(error) && !isCutVoid(error);
    throw error;
  } finally {
    journal?.close();
    if (!keepsCut && task.journalPath !== null) tools.fileSystem.remove(task.journalPath);
    const problem = await taken.thaw();
    if (problem !== null) task.onNote(problem.message);
    if (!keepsCut) await release(host, { id, name }, cut.cutId, recoveryPointId, task.onNote);
  }
}

async function inSlot<Result>(task: ReplicationTask, work: () => Promise<Result>): Promise<Result> {
  const giveSlot = await task.takeSlot();
  try {
    return await work();
  } finally {
    giveSlot();
  }
}

/** Null when a disk has none: everything is read then. */
function sizeOfLogs(fileSystem: FileSystem, cut: Cut): number | null {
  let bytes = 0;
  for (const { writeLogPaths } of cut.disks) {
    if (writeLogPaths === null) return null;
    for (const path of writeLogPaths) bytes += fileSystem.statIdentity(path).sizeBytes;
  }
  return bytes;
}

async function contentOfLastPoint(tools: ReplicationTools, task: ReplicationTask): Promise<Point | null> {
  if (task.lastPoint === null || task.resynchronize?.compareWith === "Nothing") return null;
  if (task.lastPointContent !== null) return task.lastPointContent;
  const context = { machine: task.machine.name, point: task.lastPoint.objectName };
  return openPoint(tools.store, tools.keys, task.lastPoint.objectName, context);
}

interface PlannedDisk {
  readonly disk: CutDisk;
  readonly plan: DiskPlan;
}

/** Disks of one machine go together: when the log of one does not suffice, all are compared. */
async function planDisks(
  tools: ReplicationTools,
  task: ReplicationTask,
  cut: Cut,
  before: Point | null,
): Promise<{ plans: PlannedDisk[]; flagId: string | null }> {
  const first = plansFor(tools, task, cut, before, task.resynchronize);
  const broken = first.find(({ plan }) => plan.needsResynchronization);
  if (broken === undefined) return { plans: first, flagId: null };
  const reason = `disk ${broken.disk.diskId}: ${broken.plan.fullReadReason ?? "unknown"}`;
  const need = task.resynchronize ?? { reason, compareWith: "LastPoint" };
  const flagId = await task.flag(need);
  return { plans: plansFor(tools, task, cut, before, need), flagId };
}

function plansFor(
  tools: ReplicationTools,
  task: ReplicationTask,
  cut: Cut,
  before: Point | null,
  resynchronize: ResynchronizationNeed | null,
): PlannedDisk[] {
  return cut.disks.map((disk) => {
    const plan = chooseBlocks({
      fileSystem: tools.fileSystem,
      cut,
      disk,
      lastPoint: task.lastPoint,
      before: before?.disks.find((one) => one.diskId === disk.diskId) ?? null,
      resynchronize,
    });
    if (plan.fullReadReason !== null) task.onNote(`disk ${disk.diskId} is read in full: ${plan.fullReadReason}`);
    return { disk, plan };
  });
}

function figuresOf(flagId: string, point: Point, bytesKept: number): ResynchronizationFigures {
  const { sourceBytesRead, changedBytes, storedBytes } = point;
  return { flagId, bytesCompared: sourceBytesRead, bytesDifferent: changedBytes, bytesSent: storedBytes, bytesKept };
}

/** How the disks of a run are read. */
interface ReadingPlan {
  readonly plans: readonly PlannedDisk[];
  readonly journal: PassJournal | null;
  readonly pace: ((bytes: number) => Promise<void>) | undefined;
}

/** An attempt at the same thing that was killed, whose cut the host still keeps. */
async function openInterrupted(tools: ReplicationTools, task: ReplicationTask): Promise<PassJournal | null> {
  if (task.journalPath === null) return null;
  const journal = PassJournal.open(tools.fileSystem, task.journalPath);
  if (journal === null) return null;
  const { machineId, lastPoint, cut } = journal.header;
  const sameDisks = JSON.stringify(cut.disks.map(({ diskId }) => diskId)) === JSON.stringify(task.diskIds);
  const sameWork = machineId === task.machine.id && lastPoint === (task.lastPoint?.objectName ?? null) && sameDisks;
  if (sameWork && (await tools.host.verifyCut(machineId, cut.cutId))) {
    task.onNote(`goes on with the cut of ${cut.at}, ${journal.pages} pages of which are made`);
    return journal;
  }
  journal.close();
  return null;
}

/** Its workload went on long ago. */
function standing(cut: Cut): TakenCut {
  return { cut, kind: "CrashConsistent", problem: null, thaw: async () => null };
}

/** Only for a pass over everything, of a cut that outlives this process. */
function beginJournal(
  { fileSystem }: ReplicationTools,
  task: ReplicationTask,
  cut: Cut,
  plans: readonly PlannedDisk[],
): PassJournal | null {
  const lasting = plans.every(({ disk }) => disk.preservePath !== null);
  if (task.journalPath === null || !lasting || !plans.some(({ plan }) => plan.blocks === "allocated")) return null;
  const lastPoint = task.lastPoint?.objectName ?? null;
  return PassJournal.create(fileSystem, task.journalPath, { version: 1, machineId: task.machine.id, lastPoint, cut });
}

function isCutVoid(error: unknown): boolean {
  return error instanceof Fault && (error.code === "CutVoid" || error.code === "ComputeHostUnreachable");
}

async function readAndCommit(tools: ReplicationTools, task: ReplicationTask, taken: TakenCut, reading: ReadingPlan) {
  const { cut, kind, problem } = taken;
  const run = await tools.session.begin(task.machine);
  try {
    const read = await readDisks(tools, task, run, reading);
    if (task.final) await mustBeOff(tools.host, task);
    if (!(await tools.host.verifyCut(task.machine.id, cut.cutId))) throw cutVoid(task.machine.name);
    const thawProblem = await taken.thaw();
    task.signal.throwIfAborted();
    const { name, point } = await run.commit({
      at: cut.at,
      kind,
      quiesceProblem: problem ?? thawProblem,
      group: task.group,
      disks: read.disks,
      sourceBytesRead: read.bytesRead,
      changedBytes: read.changedBytes,
      storedBytes: read.storedBytes,
      orders: cut.orders,
      final: task.final,
      previous: task.resynchronize?.compareWith === "Nothing" ? null : (task.lastPoint?.objectName ?? null),
    });
    return { objectName: name, point, bytesKept: read.bytesKept };
  } catch (error) {
    await run.abort();
    throw error;
  }
}

/** One disk at a time, as the service does it. */
async function readDisks(
  tools: ReplicationTools,
  task: ReplicationTask,
  run: ReplicationRun,
  { plans: planned, journal, pace }: ReadingPlan,
) {
  const expected = await expectedBytes(tools.host, task.machine.id, planned);
  const disks: PointDisk[] = [];
  const totals = { bytesRead: 0, bytesKept: 0, changedBytes: 0, storedBytes: 0 };
  for (const [index, { disk, plan }] of planned.entries()) {
    const later = expected.slice(index + 1).reduce((sum, bytes) => sum + bytes, 0);
    const replicated = await run.replicateDisk({
      diskName: disk.diskId,
      source: { imagePath: disk.imagePath, preservePath: disk.preservePath },
      virtualSizeBytes: disk.virtualSizeBytes,
      previousTop: plan.previousTop,
      blocks: plan.blocks,
      signal: task.signal,
      checkpoint: plan.blocks === "allocated" ? journal?.disk(index) : undefined,
      pace,
      onProgress: ({ bytesRead, bytesKept, bytesTotal }) => {
        const before = totals.bytesRead + totals.bytesKept;
        task.onProgress(before + bytesRead + bytesKept, before + bytesTotal + later, run.storedBytes);
      },
    });
    totals.bytesRead += replicated.stats.bytesRead;
    totals.bytesKept += replicated.stats.bytesKept;
    totals.changedBytes += replicated.stats.changedBytes;
    totals.storedBytes += replicated.stats.storedBytes;
    disks.push({
      diskId: disk.diskId,
      virtualSizeBytes: disk.virtualSizeBytes,
      root: replicated.root.toString("hex"),
      top: replicated.top.toString("hex"),
    });
  }
  return { disks, ...totals };
}

/** What each disk will take to read: exact for a delta, what its file occupies otherwise. */
async function expectedBytes(host: SiteHost, machineId: string, planned: readonly PlannedDisk[]): Promise<number[]> {
  const { disks } = await host.machine(machineId);
  return planned.map(({ disk, plan }) => {
    if (plan.blocks !== "allocated") return plan.blocks.count * BLOCK_BYTES;
    const known = disks.find((one) => one.id === disk.diskId);
    return Math.min(known?.allocatedBytes ?? disk.virtualSizeBytes, disk.virtualSizeBytes);
  });
}

/**
 * Not to be able to release costs time only: a host that went away void its cut itself, and its logs go on covering more
 * than needed. So it must not turn a registered point into a failure.
 */
async function release(
  host: SiteHost,
  machine: { id: string; name: string },
  cutId: string,
  recoveryPointId: string | null,
  onNote: (note: string) => void,
): Promise<void> {
  try {
    const released = await host.releaseCut(machine.id, cutId, {
      committed: recoveryPointId !== null,
      baseline: recoveryPointId,
    });
    if (!released) onNote("the cut was void when it was released; the write logs are kept");
  } catch (error) {
    onNote(`the cut of ${machine.name} was not released: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function mustBeOff(host: SiteHost, task: ReplicationTask): Promise<void> {
  const { power } = await host.machine(task.machine.id);
  if (power === "off" || power === "failed") return;
  throw new Fault({
    code: "MachineNotOff",
    message: `${task.machine.name} is ${power}; its last changes can be sent only when it is off.`,
    possibleCauses: "It was started again after it was shut down for the failover.",
    recommendedAction: "Shut it down and run the failover again, or run a test failover while it runs.",
  });
}

function cutVoid(machineName: string): Fault {
  return new Fault(
    {
      code: "CutVoid",
      message: `What was read of ${machineName} is not one instant: its host restarted or the image changed meanwhile.`,
      possibleCauses: "The host process was killed and started again, or another program wrote to the disk image.",
      recommendedAction:
        "Nothing: the agent reads again. If it repeats, make sure that no other program writes the image.",
    },
    { retryable: true },
  );
}
