import { describe, expect, it } from "vitest";
import { MemoryStore } from "@/lib/testing/memory-store";
import { ModelDisk, noiseBlock } from "@/lib/testing/model-disk";
import { checkRestores } from "@/lib/testing/restore-check";
import { VaultHarness } from "@/lib/testing/vault-harness";
import { checkVault } from "./check-vault";
import { isolateDamage } from "./isolate-damage";
import { isSound } from "./vault-check";

const MIB = 1024 * 1024;

/** Two points; the blocks 0 to 4 changed in between, all others are as in the first. */
async function twoPoints() {
  const harness = new VaultHarness();
  const disk = new ModelDisk(4 * MIB);
  harness.disks.set("os", disk);
  for (let index = 0; index < 20; index++) disk.setBlock(index, noiseBlock(harness.random));
  const first = await harness.replicate(await harness.open());
  const before = disk.copy();
  for (let index = 0; index < 5; index++) disk.setBlock(index, noiseBlock(harness.random));
  harness.clock.advance(30_000);
  const second = await harness.replicate(await harness.open(), {
    ...{ previous: first, dirty: new Map([["os", [0, 1, 2, 3, 4]]]) },
  });
  return { harness, first: { ...first, disk: before }, second: { ...second, disk } };
}

const check = (harness: VaultHarness, store = harness.store) =>
  checkVault({ store, keys: harness.keys, read: "all", expectedPoints: null });

async function isolate(harness: VaultHarness, store = harness.store) {
  const suspects = (await check(harness, store)).damagedObjects.map(({ name }) => name);
  return isolateDamage({ store, keys: harness.keys, random: harness.random, suspects });
}

/** Damages the pack of blocks of the first point; `touch` gets offset and length of some blobs in it. */
async function damageFirstPack(harness: VaultHarness, change: (bytes: Buffer) => Buffer | null): Promise<string> {
  const [name] = [...harness.store.objects.keys()].filter((one) => one.startsWith("data/"));
  const object = harness.store.objects.get(name ?? "");
  if (name === undefined || object === undefined) throw new Error("there is a pack of blocks");
  const bytes = change(Buffer.from(object.bytes));
  if (bytes === null) harness.store.objects.delete(name);
  else harness.store.objects.set(name, { ...object, bytes });
  return name;
}

const flip = (at: number) => (bytes: Buffer) => {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};

/** Where block `index` of the first point lies: noise is stored as it is, one block after the other. */
const blockAt = (index: number) => 48 + index * (65_536 + 16) + 100;

const again = async (harness: VaultHarness) => {
  harness.clock.advance(30_000);
  return harness.replicate(await harness.open());
};

describe("the repair of a vault", () => {
  it("fetches a damaged block from the source that still has it, and every point is whole again", async () => {
    const { harness, first, second } = await twoPoints();
    await damageFirstPack(harness, flip(blockAt(7)));
    expect((await check(harness)).damagedPoints).toHaveLength(2);
    expect(await isolate(harness)).toMatchObject({ blobsSaved: 19, blobsLost: 1 });
    const next = await again(harness);
    expect(isSound(await check(harness))).toBe(true);
    for (const { name, disk } of [first, second, { ...next, disk: second.disk }]) {
      await checkRestores(harness.store, name, new Map([["os", disk]]));
    }
    // Only the lost block was sent.
    expect(next.point.storedBytes).toBeLessThan(70_000);
  });

  it("names as lost what has changed at the source since, and the points after it are whole", async () => {
    const { harness, first, second } = await twoPoints();
    await damageFirstPack(harness, flip(blockAt(3)));
    await isolate(harness);
    await again(harness);
    const left = await check(harness);
    expect(left.damagedPoints.map(({ name }) => name)).toEqual([first.name]);
    expect(left.damagedPoints[0]?.disks[0]?.extents).toEqual([{ offsetBytes: 3 * 65_536, lengthBytes: 65_536 }]);
    await checkRestores(harness.store, second.name, new Map([["os", second.disk]]));
  });

  it.each([
    { what: "missing", change: () => null, lost: 20, saved: 0 },
    { what: "cut short", change: (bytes: Buffer) => bytes.subarray(0, blockAt(10)), lost: 10, saved: 10 },
    {
      what: "damaged in its header only",
      change: (bytes: Buffer) => flip(bytes.length - 20)(bytes),
      lost: 0,
      saved: 20,
    },
  ])("takes a pack that is $what out of use and saves what is left of it", async ({ change, lost, saved }) => {
    const { harness, second } = await twoPoints();
    const name = await damageFirstPack(harness, change);
    expect(await isolate(harness)).toEqual({
      ...{ packsRemoved: [name], blobsSaved: saved, blobsLost: lost, indexesRewritten: 1 },
    });
    await again(harness);
    const left = await check(harness);
    expect(left.damagedObjects).toEqual([]);
    await checkRestores(harness.store, second.name, new Map([["os", second.disk]]));
  });

  it("mends lost and damaged indexes and tombstones, and leaves sound packs where they are", async () => {
    const { harness, first } = await twoPoints();
    const index = [...harness.store.objects.keys()].find((name) => name.startsWith("index/")) ?? "";
    const packs = [...harness.store.objects.keys()].filter((name) => /^(data|tree)/.test(name));
    const object = harness.store.objects.get(index);
    harness.store.objects.set(index, { bytes: flip(70)(object?.bytes ?? Buffer.alloc(0)), modifiedAt: new Date(0) });
    const tombstone = `tombstones/${"a".repeat(64)}`;
    harness.store.objects.set(tombstone, { bytes: Buffer.from("torn"), modifiedAt: new Date(0) });
    const found = await check(harness);
    expect(found.damagedObjects.map(({ name }) => name).sort()).toEqual([index, tombstone].sort());
    expect(await isolate(harness)).toEqual({ packsRemoved: [], blobsSaved: 0, blobsLost: 0, indexesRewritten: 1 });
    expect(isSound(await check(harness))).toBe(true);
    for (const pack of packs) expect(harness.store.objects.has(pack)).toBe(true);
    await checkRestores(harness.store, first.name, new Map([["os", first.disk]]));
  });

  it("loses nothing more when it is killed at any call, and finishes when run again", async () => {
    const { harness, first } = await twoPoints();
    await damageFirstPack(harness, flip(blockAt(3)));
    const suspects = (await check(harness)).damagedObjects.map(({ name }) => name);
    const run = (store: MemoryStore) => isolateDamage({ store, keys: harness.keys, random: harness.random, suspects });
    const copy = () => new MemoryStore(new Map(harness.store.objects), () => harness.clock.now());
    const whole = copy();
    await run(whole);
    for (let killAtCall = 1; killAtCall <= whole.calls; killAtCall++) {
      const dying = copy();
      dying.faults = { killAtCall };
      await expect(run(dying)).rejects.toMatchObject({ code: "PlantedFault" });
      const survivor = new MemoryStore(dying.objects, () => harness.clock.now());
      const expectOnlyTheBlock = async () => {
        const { damagedPoints } = await check(harness, survivor);
        expect(damagedPoints.map(({ name, disks }) => [name, disks[0]?.lostBytes])).toEqual([[first.name, 65_536]]);
      };
      await expectOnlyTheBlock();
      await run(survivor);
      await expectOnlyTheBlock();
    }
  });
});
