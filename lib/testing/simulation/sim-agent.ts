import type { VaultKeys } from "@/lib/engine/keys/vault-keys";
import { openFrozenView } from "@/lib/engine/tracking/frozen-view";
import { readWriteLogs } from "@/lib/engine/tracking/write-log";
import { inlineWorkers } from "@/lib/engine/vault/inline-workers";
import type { ObjectStore } from "@/lib/engine/vault/object-store";
import { openPoint } from "@/lib/engine/vault/open-point";
import type { Point } from "@/lib/engine/vault/point-object";
import type { ReplicationRun } from "@/lib/engine/vault/replication-run";
import { VaultSession } from "@/lib/engine/vault/vault-session";
import type { Clock } from "@/lib/kernel/clock";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import type { SimCut, SimMachine } from "./sim-machine";

/** What the control plane remembers of a machine. */
export interface RegisteredPoint {
  readonly id: string;
  readonly objectName: string;
}

export interface AgentWorld {
  readonly machine: SimMachine;
  readonly store: ObjectStore;
  readonly keys: VaultKeys;
  readonly random: Random;
  readonly clock: Clock;
  readonly registered: readonly RegisteredPoint[];
  /** An effect on the control plane. */
  readonly register: (objectName: string) => Promise<string>;
  /** What came before lost data: everything is stored again that is not there. */
  readonly repair: boolean;
}

/**
 * One cycle of a site's agent over the production's session, runs, frozen views and write logs, in the order in which the
 * agent does it: leftovers registered, cut, read, committed, registered, released.
 */
export async function replicateOnce(world: AgentWorld): Promise<void> {
  const { machine, store, keys, random, clock } = world;
  const openSource = (spec: Parameters<typeof openFrozenView>[1]) => openFrozenView(machine.fileSystem, spec);
  const session = await VaultSession.open({
    ...{ store, keys, random, clock, openSource, startWorkers: inlineWorkers(openSource, random), expectedBlobs: 100 },
  });
  await registerLeftovers(world);
  const cut = await machine.cut(random.uuid(), clock.now().toISOString());
  const missing = session.health.missingPacks.length > 0 || session.health.damagedIndexes.length > 0;
  let baseline: string | null = null;
  try {
    const objectName = await readAndCommit(world, session, cut, world.repair || missing);
    baseline = await world.register(objectName);
  } finally {
    if (!machine.isDead) machine.release(cut, baseline);
  }
}

/** A point that was committed and not registered: the kill came in between. */
async function registerLeftovers({ machine, store, registered, register }: AgentWorld): Promise<void> {
  const last = registered.at(-1)?.objectName ?? "";
  if (last === "") return;
  const names = (await store.list(`points/${machine.id}/`)).map(({ name }) => name);
  for (const name of names.filter((one) => one > last).sort()) await register(name);
}

async function readAndCommit(world: AgentWorld, session: VaultSession, cut: SimCut, repair: boolean): Promise<string> {
  const { machine, store, keys, registered } = world;
  const last = registered.at(-1) ?? null;
  const before =
    last === null || repair
      ? null
      : await openPoint(store, keys, last.objectName, { machine: machine.id, point: last.objectName });
  const run = await session.begin({ id: machine.id, name: machine.id.toUpperCase() });
  try {
    const disks = [];
    for (const disk of machine.diskIds) disks.push(await replicateDisk(world, run, cut, disk, before));
    if (!machine.isValid(cut)) throw cutVoid();
    const { name } = await run.commit({
      ...{ at: cut.at, kind: "CrashConsistent", disks, sourceBytesRead: 0, changedBytes: 0, storedBytes: 0 },
      ...{ orders: null, final: false, previous: before === null ? null : (last?.objectName ?? null) },
    });
    return name;
  } catch (error) {
    await run.abort();
    throw error;
  }
}

async function replicateDisk(
  { machine, registered }: AgentWorld,
  run: ReplicationRun,
  cut: SimCut,
  disk: string,
  before: Point | null,
) {
  const found = before?.disks.find(({ diskId }) => diskId === disk);
  const previousTop =
    found === undefined ? null : { root: Buffer.from(found.root, "hex"), top: Buffer.from(found.top, "hex") };
  const { preservePath, writeLogPaths } = cut.disks.get(disk) ?? { preservePath: null, writeLogPaths: null };
  const known = registered.slice(-2).some(({ id }) => id === cut.baseline);
  const replicated = await run.replicateDisk({
    diskName: disk,
    source: { imagePath: machine.imagePath(disk), preservePath },
    virtualSizeBytes: machine.sizeOf(disk),
    previousTop,
    blocks: known && previousTop !== null ? logged(machine, writeLogPaths) : "allocated",
  });
  const [root, top] = [replicated.root.toString("hex"), replicated.top.toString("hex")];
  return { diskId: disk, virtualSizeBytes: machine.sizeOf(disk), root, top };
}

function logged(machine: SimMachine, paths: readonly string[] | null) {
  if (paths === null) return "allocated";
  try {
    return readWriteLogs(machine.fileSystem, [...paths]);
  } catch (error) {
    if (error instanceof Fault && error.code === "WriteLogDamaged") return "allocated";
    throw error;
  }
}

function cutVoid(): Fault {
  return new Fault(
    { code: "CutVoid", message: "The host restarted.", possibleCauses: "It was killed.", recommendedAction: "Again." },
    { retryable: true },
  );
}
