import path from "node:path";
import { idFromHex } from "@/lib/engine/blocks/blob-id";
import { treeShape } from "@/lib/engine/blocks/tree-shape";
import { createVaultKeys } from "@/lib/engine/keys/key-envelope";
import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import { readWriteLogs } from "@/lib/engine/tracking/write-log";
import type { SourceOpener, StartBlockWorkers } from "@/lib/engine/vault/block-workers";
import { isMachineId } from "@/lib/engine/vault/object-names";
import type { ObjectStore } from "@/lib/engine/vault/object-store";
import { openPoint } from "@/lib/engine/vault/open-point";
import type { Point, PointDisk } from "@/lib/engine/vault/point-object";
import type { ReplicateDiskRequest } from "@/lib/engine/vault/replicate-disk";
import type { ReplicationRun } from "@/lib/engine/vault/replication-run";
import type { RestoreHands } from "@/lib/engine/vault/restore-hands";
import type { VaultContext } from "@/lib/engine/vault/vault-faults";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import type { Clock } from "@/lib/kernel/clock";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import { UsageError } from "./exit-codes";
import { openVault, type OpenedVault, type Opening } from "./open-vault";
import type { CommandResult } from "./site-commands";
import { alreadyAVault, noSuchPoint, writeLogOfAnotherDisk } from "./vault-command-faults";

/** What the commands over a vault folder of one's own need: no portal, no site, no network. */
export interface VaultCommandWorld extends Opening {
  readonly clock: Clock;
  readonly random: Random;
  readonly startWorkers: StartBlockWorkers;
  readonly openSource: SourceOpener;
  /** Threads that help to restore; null where there are none. Started at once, opened when the vault is. */
  readonly startHands?: () => StartedHands | null;
}

export interface StartedHands {
  open(task: {
    readonly masterKey: Uint8Array;
    readonly folder: string;
    readonly context: VaultContext;
    readonly virtualSizeBytes: number;
  }): RestoreHands;
  close(): Promise<void>;
}

export interface NamedPoint {
  readonly name: string;
  readonly point: Point;
}

/** A new vault in `folder`, which may exist but must not hold a vault. */
export async function createVault(world: VaultCommandWorld, folder: string): Promise<CommandResult> {
  const store = await world.openStore(folder);
  if ((await store.list("")).length > 0) throw alreadyAVault(folder);
  const { envelope } = await createVaultKeys(await world.passphrase(), world.random);
  await store.put(envelope.name, envelope.bytes);
  return {
    text: `${folder} is a vault. Keep the passphrase: without it nobody can read what is replicated here.`,
    json: { folder, envelope: envelope.name },
  };
}

export interface ReplicateInput {
  readonly folder: string;
  /** Images of one machine, disk ids by their file names. Nobody may write to them meanwhile. */
  readonly images: readonly string[];
  /** Default: the name of the first image. */
  readonly machine: string | undefined;
  /** Write logs that name every block written since the machine's last point; empty: the images are read and compared. */
  readonly writeLogs: readonly string[];
}

export async function replicateImages(world: VaultCommandWorld, input: ReplicateInput): Promise<CommandResult> {
  const startedMs = world.clock.monotonicMs();
  const machine = machineOf(input);
  if (input.writeLogs.length > 0 && input.images.length !== 1) {
    throw new UsageError("A write log belongs to one disk: give one image with it.");
  }
  const { store, keys } = await openVault(world, input.folder);
  const { startWorkers, openSource, random, clock } = world;
  const session = await VaultSession.open({ store, keys, startWorkers, openSource, random, clock });
  const previous = await newestPoint(store, keys, machine, input.writeLogs.length > 0);
  const run = await session.begin({ id: machine, name: machine });
  try {
    // A vault that has lost data is given everything again: what is still there costs nothing.
    const sound = session.health.damagedIndexes.length === 0 && session.health.missingPacks.length === 0;
    const made = await commitDisks(world, input, run, sound ? previous : null, previous?.name ?? null);
    const seconds = (world.clock.monotonicMs() - startedMs) / 1000;
    return replicated(machine, made, seconds);
  } catch (error) {
    await run.abort();
    throw error;
  } finally {
    await session.close();
  }
}

function machineOf({ machine, images }: ReplicateInput): string {
  const name = machine ?? path.parse(images[0] ?? "").name;
  if (isMachineId(name)) return name;
  throw new UsageError(
    `'${name}' cannot name a machine in a vault: 1 to 64 letters, digits, '.', '_', '-'. Give --machine NAME.`,
  );
}

async function commitDisks(
  world: VaultCommandWorld,
  input: ReplicateInput,
  run: ReplicationRun,
  comparedWith: NamedPoint | null,
  previous: string | null,
): Promise<NamedPoint> {
  const at = world.clock.now().toISOString();
  const disks: PointDisk[] = [];
  const totals = { sourceBytesRead: 0, changedBytes: 0, storedBytes: 0 };
  for (const imagePath of input.images) {
    const request = requestOf(world, imagePath, input.writeLogs, comparedWith?.point ?? null);
    const { root, top, stats } = await run.replicateDisk(request);
    disks.push({
      diskId: request.diskName,
      virtualSizeBytes: request.virtualSizeBytes,
      root: root.toString("hex"),
      top: top.toString("hex"),
    });
    totals.sourceBytesRead += stats.bytesRead;
    totals.changedBytes += stats.changedBytes;
    totals.storedBytes += stats.storedBytes;
  }
  return run.commit({ at, kind: "CrashConsistent", disks, ...totals, orders: null, final: false, previous });
}

function requestOf(
  world: VaultCommandWorld,
  imagePath: string,
  writeLogs: readonly string[],
  before: Point | null,
): ReplicateDiskRequest {
  const source = { imagePath, preservePath: null };
  const view = world.openSource(source);
  const { virtualSizeBytes, identity } = view;
  view.close();
  const diskName = path.parse(imagePath).name;
  const known = before?.disks.find((disk) => disk.diskId === diskName);
  const top = known === undefined ? null : idFromHex(known.top);
  const sameSize = known?.virtualSizeBytes === virtualSizeBytes;
  return {
    diskName,
    source: identity === undefined ? source : { ...source, identity },
    virtualSizeBytes,
    previousTop: sameSize && top !== null ? { root: Buffer.from(known.root, "hex"), top } : null,
    blocks: writeLogs.length === 0 ? "allocated" : loggedBlocks(world, writeLogs, imagePath, virtualSizeBytes),
  };
}

function loggedBlocks(world: VaultCommandWorld, logs: readonly string[], image: string, virtualSizeBytes: number) {
  const blocks = readWriteLogs(world.fileSystem, logs);
  let last = -1;
  for (const index of blocks) last = index;
  if (last >= treeShape(virtualSizeBytes).blockCount) throw writeLogOfAnotherDisk(logs.join(", "), image);
  return blocks;
}

function replicated(machine: string, { name, point }: NamedPoint, seconds: number): CommandResult {
  const { at, disks, sourceBytesRead, changedBytes, storedBytes } = point;
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  return {
    text: [
      `${machine}: recovery point ${at}, ${seconds.toFixed(2)} s; ${mb(sourceBytesRead)} read, ` +
        `${mb(changedBytes)} changed, ${mb(storedBytes)} stored`,
      ...disks.map(({ diskId, root }) => `  ${diskId}: root ${root}`),
      `  ${name}`,
    ].join("\n"),
    json: { machine, point: name, at, disks, sourceBytesRead, changedBytes, storedBytes, seconds },
  };
}

/**
 * The newest point of a machine. One that is damaged is passed over for an older, unless `strictly`: a write log says what
 * was written since the newest, and nothing of the time before.
 */
async function newestPoint(
  store: ObjectStore,
  keys: VaultKeys,
  machine: string,
  strictly: boolean,
): Promise<NamedPoint | null> {
  for (const name of (await pointNames(store, `points/${machine}/`)).reverse()) {
    try {
      return { name, point: await openPoint(store, keys, name, { machine, point: name }) };
    } catch (error) {
      if (strictly || !(error instanceof Fault) || error.code !== "VaultPointDamaged") throw error;
    }
  }
  return null;
}

/** Oldest first: names of one machine sort by their instants. */
export async function pointNames(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await store.list(prefix)).map(({ name }) => name).sort();
}

/** `wanted`: an object name, or how its last part begins; the newest when undefined. */
export async function choosePoint(
  vault: OpenedVault,
  machine: string,
  wanted: string | undefined,
  folder: string,
): Promise<NamedPoint> {
  const names = await pointNames(vault.store, `points/${machine}/`);
  const fits = (name: string) => name === wanted || path.posix.basename(name).startsWith(wanted ?? "");
  const name = names.filter(fits).at(-1);
  if (name === undefined) throw noSuchPoint(folder, machine, wanted);
  return { name, point: await openPoint(vault.store, vault.keys, name, { machine, point: name }) };
}

export async function listPoints(
  world: VaultCommandWorld,
  folder: string,
  machine: string | undefined,
): Promise<CommandResult> {
  const { store, keys } = await openVault(world, folder);
  const prefix = machine === undefined ? "points/" : `points/${machine}/`;
  const points = [];
  for (const name of await pointNames(store, prefix)) {
    const owner = name.split("/")[1] ?? "";
    points.push({ name, ...(await openPoint(store, keys, name, { machine: owner, point: name })) });
  }
  const lines = points.map(
    ({ machineId, at, kind, disks, changedBytes, storedBytes }) =>
      `${machineId}  ${at}  ${kind}  ${disks.map(({ diskId }) => diskId).join(", ")}  ` +
      `${(changedBytes / 1e6).toFixed(1)} MB changed, ${(storedBytes / 1e6).toFixed(1)} MB stored`,
  );
  return { text: lines.length === 0 ? "The vault has no recovery points." : lines.join("\n"), json: points };
}
