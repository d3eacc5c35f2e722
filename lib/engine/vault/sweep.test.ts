import { describe, expect, it } from "vitest";
import { MemoryStore } from "@/lib/testing/memory-store";
import { ModelDisk, noiseBlock } from "@/lib/testing/model-disk";
import { checkRestores } from "@/lib/testing/restore-check";
import { VaultHarness } from "@/lib/testing/vault-harness";
import { deletePoint, sweep } from "./sweep";
import { SWEEP_GRACE_MS } from "./sweep-grace";

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Three points, each with new blocks in the place of the earlier ones. */
async function threePoints() {
  const harness = new VaultHarness();
  const disk = new ModelDisk(4 * MIB);
  harness.disks.set("os", disk);
  const session = await harness.open();
  const made: { name: string; disks: Map<string, ModelDisk>; point: Awaited<ReturnType<typeof harness.replicate>> }[] =
    [];
  for (let generation = 0; generation < 3; generation++) {
    for (let index = 0; index < 10; index++) disk.setBlock(index, noiseBlock(harness.random));
    const point = await harness.replicate(session, { previous: made.at(-1)?.point ?? null });
    made.push({ name: point.name, disks: new Map([["os", disk.copy()]]), point });
    harness.clock.advance(60_000);
  }
  const run = (store = harness.store) =>
    sweep({ store, keys: harness.keys, random: harness.random, clock: harness.clock, minimumAgeMs: DAY_MS });
  return { harness, disk, session, made, run };
}

const first = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (item === undefined) throw new Error("there is a first one");
  return item;
};

describe("a sweep", () => {
  it("gives back the space of deleted points, in two steps, and nothing of the others", async () => {
    const { harness, made, run } = await threePoints();
    const [one, two, three] = made;
    await deletePoint(harness.store, one?.name ?? "");
    await deletePoint(harness.store, two?.name ?? "");
    expect(await run()).toMatchObject({ packsAnnounced: 0, packsDeleted: 0 });
    harness.clock.advance(2 * DAY_MS);
    expect(await run()).toMatchObject({ packsAnnounced: 4, packsDeleted: 0 });
    harness.clock.advance(SWEEP_GRACE_MS - 1);
    expect(await run()).toMatchObject({ packsAnnounced: 0, packsDeleted: 0 });
    harness.clock.advance(1);
    expect(await run()).toMatchObject({ packsAnnounced: 0, packsDeleted: 4 });
    expect(await run()).toEqual({ packsAnnounced: 0, packsDeleted: 0, bytesFreed: 0, indexesMerged: 0 });
    const kinds = [...harness.store.objects.keys()].map((name) => first(name.split("/"))).sort();
    expect(kinds).toEqual(["data", "index", "points", "tree"]);
    await checkRestores(harness.store, three?.name ?? "", three?.disks ?? new Map());
  });

  it("goes on when a point is deleted while it looks: two machines are committed at once", async () => {
    const { harness, made, run } = await threePoints();
    const doomed = made[0]?.name ?? "";
    const { store } = harness;
    const racing = new MemoryStore(store.objects, () => harness.clock.now());
    const list = racing.list.bind(racing);
    racing.list = async (prefix) => {
      const listed = await list(prefix);
      if (prefix === "points/") await deletePoint(store, doomed);
      return listed;
    };
    harness.clock.advance(2 * DAY_MS);
    expect(await run(racing)).toMatchObject({ packsAnnounced: 2 });
    const three = made[2];
    await checkRestores(store, three?.name ?? "", three?.disks ?? new Map());
  });

  it("makes a session that is open store again what was swept", async () => {
    const { harness, disk, session, made, run } = await threePoints();
    const old = made[0];
    await deletePoint(harness.store, old?.name ?? "");
    harness.clock.advance(2 * DAY_MS);
    await run();
    harness.clock.advance(SWEEP_GRACE_MS);
    await run();
    // The disk goes back to what the deleted point had: the session once knew these blocks.
    for (const [index, block] of old?.disks.get("os")?.blocks ?? []) disk.setBlock(index, block);
    const again = await harness.replicate(session, { previous: made.at(-1)?.point ?? null });
    expect(again.point.storedBytes).toBeGreaterThan(9 * 50_000);
    await checkRestores(harness.store, again.name, harness.disks);
  });

  it("makes a run give up that relied on what was announced meanwhile, and the next one succeed", async () => {
    const { harness, disk, session, made, run } = await threePoints();
    const old = made[0];
    await deletePoint(harness.store, old?.name ?? "");
    harness.clock.advance(2 * DAY_MS);
    for (const [index, block] of old?.disks.get("os")?.blocks ?? []) disk.setBlock(index, block);
    const replication = await session.begin({ id: "machine-1", name: "CONTOSO-SQL" });
    const replicated = await replication.replicateDisk({
      diskName: "os",
      source: { imagePath: "os", preservePath: null },
      virtualSizeBytes: disk.virtualSizeBytes,
      previousTop: null,
      blocks: "allocated",
    });
    expect(replicated.stats.storedBytes).toBe(0);
    await run();
    const point = { ...first(made).point.point, previous: null };
    await expect(replication.commit(point)).rejects.toMatchObject({ code: "ReplicationOvertaken", retryable: true });
    await replication.abort();
    harness.clock.advance(SWEEP_GRACE_MS);
    await run();
    const again = await harness.replicate(session);
    await checkRestores(harness.store, again.name, harness.disks);
  });

  it("makes a run give up even when announcement and deletion both happened while it ran", async () => {
    const { harness, disk, session, made, run } = await threePoints();
    await deletePoint(harness.store, first(made).name);
    harness.clock.advance(2 * DAY_MS);
    for (const [index, block] of first(made).disks.get("os")?.blocks ?? []) disk.setBlock(index, block);
    const replication = await session.begin({ id: "machine-1", name: "CONTOSO-SQL" });
    await replication.replicateDisk({
      diskName: "os",
      source: { imagePath: "os", preservePath: null },
      virtualSizeBytes: disk.virtualSizeBytes,
      previousTop: null,
      blocks: "allocated",
    });
    await run();
    harness.clock.advance(SWEEP_GRACE_MS);
    expect(await run()).toMatchObject({ packsDeleted: 2 });
    const point = { ...first(made).point.point, previous: null };
    await expect(replication.commit(point)).rejects.toMatchObject({ code: "ReplicationOvertaken" });
    await replication.abort();
  });

  it("spares a pack that a point has come to use since it was announced", async () => {
    const { harness, disk, made, run } = await threePoints();
    await deletePoint(harness.store, first(made).name);
    harness.clock.advance(2 * DAY_MS);
    // This store shows no tombstones: a writer whose check came just before the announcement.
    const blind = new MemoryStore(harness.store.objects, () => harness.clock.now());
    const list = blind.list.bind(blind);
    blind.list = async (prefix) => (prefix === "tombstones/" ? [] : list(prefix));
    const session = await harness.open(blind);
    for (const [index, block] of first(made).disks.get("os")?.blocks ?? []) disk.setBlock(index, block);
    await run();
    const point = await harness.replicate(session);
    expect(point.point.storedBytes).toBe(0);
    harness.clock.advance(SWEEP_GRACE_MS);
    expect(await run()).toMatchObject({ packsDeleted: 0 });
    await checkRestores(harness.store, point.name, harness.disks);
  });

  it("refuses a point whose predecessor was deleted while it was made", async () => {
    const { harness, session, made } = await threePoints();
    const previous = made.at(-1)?.point ?? null;
    const replication = await session.begin({ id: "machine-1", name: "CONTOSO-SQL" });
    await deletePoint(harness.store, previous?.name ?? "");
    const point = { ...first(made).point.point, previous: previous?.name ?? null };
    await expect(replication.commit(point)).rejects.toMatchObject({ code: "ReplicationOvertaken" });
    await replication.abort();
  });

  it("deletes nothing when a point cannot be walked", async () => {
    const { harness, made, run } = await threePoints();
    await deletePoint(harness.store, first(made).name);
    harness.clock.advance(2 * DAY_MS);
    await run();
    harness.clock.advance(SWEEP_GRACE_MS);
    const tree = [...harness.store.objects.keys()].filter((name) => name.startsWith("tree/")).at(-1) ?? "";
    const lost = harness.store.objects.get(tree);
    harness.store.objects.delete(tree);
    const before = harness.store.objects.size;
    await expect(run()).rejects.toMatchObject({ code: "VaultPackMissing" });
    expect(harness.store.objects.size).toBe(before);
    if (lost !== undefined) harness.store.objects.set(tree, lost);
    expect((await run()).packsDeleted).toBe(2);
  });

  it("leaves every remaining point exact when it is killed at any call, and finishes when run again", async () => {
    const { harness, made, run } = await threePoints();
    await deletePoint(harness.store, first(made).name);
    harness.clock.advance(2 * DAY_MS);
    await run();
    harness.clock.advance(SWEEP_GRACE_MS);
    const copy = () => new MemoryStore(new Map(harness.store.objects), () => harness.clock.now());
    const whole = copy();
    await run(whole);
    for (let killAtCall = 1; killAtCall <= whole.calls; killAtCall++) {
      const dying = copy();
      dying.faults = { killAtCall };
      await expect(run(dying)).rejects.toMatchObject({ code: "PlantedFault" });
      const survivor = new MemoryStore(dying.objects, () => harness.clock.now());
      for (const { name, disks } of made.slice(1)) await checkRestores(survivor, name, disks);
      await run(survivor);
      expect([...survivor.objects.keys()].filter((name) => name.startsWith("data/"))).toHaveLength(2);
      for (const { name, disks } of made.slice(1)) await checkRestores(survivor, name, disks);
    }
  });

  it("merges many small indexes into one", async () => {
    const { harness, disk, session, made, run } = await threePoints();
    let previous = made.at(-1)?.point ?? null;
    for (let delta = 0; delta < 70; delta++) {
      disk.setBlock(delta % 20, noiseBlock(harness.random));
      harness.clock.advance(30_000);
      previous = await harness.replicate(session, { previous, dirty: new Map([["os", [delta % 20]]]) });
    }
    expect((await run()).indexesMerged).toBe(73);
    expect((await harness.store.list("index/")).length).toBe(1);
    disk.setBlock(3, noiseBlock(harness.random));
    const last = await harness.replicate(session, { previous, dirty: new Map([["os", [3]]]) });
    await checkRestores(harness.store, last.name, harness.disks);
  });
});
