import { beforeAll, describe, expect, it } from "vitest";
import { MemoryStore } from "@/lib/testing/memory-store";
import { ModelDisk, noiseBlock, selfIdentifyingBlock } from "@/lib/testing/model-disk";
import { PlantedDamages, type Truth } from "@/lib/testing/planted-damages";
import { seededRandom } from "@/lib/testing/seeded-random";
import { testKeys, VaultHarness } from "@/lib/testing/vault-harness";
import { checkVault } from "./check-vault";
import { deletePoint, sweep } from "./sweep";
import { SWEEP_GRACE_MS } from "./sweep-grace";
import { EXTENTS_MAX, isSound, type VaultCheck } from "./vault-check";

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1_000;
const SEEDS = 20;

/** Two machines that share data, points that share trees, a deleted point and the index that a sweep replaced. */
async function vaultWithHistory() {
  const harness = new VaultHarness(5);
  const os = new ModelDisk(130 * MIB);
  const data = new ModelDisk(3 * MIB + 512);
  harness.disks.set("os", os);
  harness.disks.set("data", data);
  for (let index = 0; index < 40; index++) os.setBlock(index * 50, noiseBlock(harness.random));
  for (let index = 0; index < 30; index++) data.setBlock(index, selfIdentifyingBlock(2, index, 1));
  const session = await harness.open();
  const removed = await harness.replicate(session);
  const staleIndexes = new Map([...harness.store.objects].filter(([name]) => name.startsWith("index/")));
  let previous = null;
  for (let generation = 2; generation < 6; generation++) {
    for (const [at, index] of [...os.blocks.keys()].entries()) {
      if (generation === 2 || at % generation === 0) os.setBlock(index, noiseBlock(harness.random));
    }
    data.setBlock(generation, selfIdentifyingBlock(2, generation, generation));
    harness.clock.advance(30_000);
    const machineId = generation % 2 === 0 ? "machine-1" : "machine-2";
    previous = await harness.replicate(session, { machineId, previous: machineId === "machine-1" ? previous : null });
  }
  const run = () =>
    sweep({ store: harness.store, keys: harness.keys, random: harness.random, clock: harness.clock, minimumAgeMs: 1 });
  await deletePoint(harness.store, removed.name);
  harness.clock.advance(2 * DAY_MS);
  await run();
  harness.clock.advance(SWEEP_GRACE_MS);
  expect((await run()).packsDeleted).toBeGreaterThan(0);
  // What a run that died left behind: an orphan, and no damage.
  const put = harness.store.put.bind(harness.store);
  harness.store.put = (name, bytes) =>
    name.startsWith("points/") ? Promise.reject(new Error("no")) : put(name, bytes);
  os.setBlock(1_000, noiseBlock(harness.random));
  await expect(harness.replicate(session)).rejects.toThrow("no");
  harness.store.put = put;
  for (const name of staleIndexes.keys()) if (harness.store.objects.has(name)) staleIndexes.delete(name);
  expect(staleIndexes.size).toBeGreaterThan(0);
  return { objects: harness.store.objects, staleIndexes, keys: harness.keys };
}

let vault: Awaited<ReturnType<typeof vaultWithHistory>>;
let points: string[];
beforeAll(async () => {
  vault = await vaultWithHistory();
  points = [...vault.objects.keys()].filter((name) => name.startsWith("points/"));
});

const check = (objects: MemoryStore["objects"], read: "none" | "all") =>
  checkVault({ store: new MemoryStore(objects), keys: vault.keys, read, expectedPoints: points });

/** The report in the terms in which the truth is known. */
function told(found: VaultCheck): Truth {
  const blocks = new Set<string>();
  const lostPoints = new Set<string>();
  for (const point of found.damagedPoints) {
    if (point.state === "lost") lostPoints.add(point.name);
    for (const disk of point.disks) {
      expect(disk.extents.length).toBeLessThan(EXTENTS_MAX);
      expect(disk.extents.reduce((sum, extent) => sum + extent.lengthBytes, 0)).toBe(disk.lostBytes);
      for (const { offsetBytes, lengthBytes } of disk.extents) {
        for (let at = offsetBytes; at < offsetBytes + lengthBytes; at += 65_536) {
          blocks.add(`${point.name} ${disk.diskId} ${at / 65_536}`);
        }
      }
    }
  }
  return {
    objects: new Map(found.damagedObjects.map(({ name, problem }) => [name, problem])),
    unlisted: new Set(found.unlistedPacks),
    lostPoints,
    blocks,
  };
}

describe("a check", () => {
  it("finds nothing in a sound vault, counts what no point needs, and reads every byte of every pack when told so", async () => {
    const structure = await check(vault.objects, "none");
    expect(isSound(structure)).toBe(true);
    expect(structure).toMatchObject({ points: 4, packsRead: 0, orphans: { packs: 2 }, unexpectedPoints: [] });
    const data = await check(vault.objects, "all");
    expect(isSound(data)).toBe(true);
    const packs = [...vault.objects].filter(([name]) => /^(data|tree)/.test(name));
    expect(data.packsRead).toBe(packs.length);
    expect(data.bytesRead).toBe(packs.reduce((sum, [, { bytes }]) => sum + bytes.length, 0));
    expect(data.blobsVerified).toBeGreaterThan(50);
  });

  it("names the points that nobody expected, and does not call them damage", async () => {
    const found = await checkVault({
      ...{ store: new MemoryStore(vault.objects), keys: vault.keys, read: "none", expectedPoints: points.slice(1) },
    });
    expect(isSound(found)).toBe(true);
    expect(found.unexpectedPoints).toEqual(points.slice(0, 1));
  });

  it("finds everything foreign with another vault's keys, and does not fail", async () => {
    const found = await checkVault({
      ...{ store: new MemoryStore(vault.objects), keys: testKeys(99), read: "none", expectedPoints: null },
    });
    expect(found.damagedPoints.map(({ state }) => state)).toEqual(Array(4).fill("lost"));
    const small = found.damagedObjects.filter(({ name }) => /^(index|points)/.test(name));
    expect(new Set(small.map(({ problem }) => problem))).toEqual(new Set(["foreign"]));
  });

  it.each([
    { read: "all", what: "reading everything" },
    { read: "none", what: "by its structure alone, as far as structure can show" },
  ] as const)(`reports ${SEEDS} planted sets of damages exactly, no more and no less, $what`, async ({ read }) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const planted = new PlantedDamages({
        ...{ ...vault, points, structural: read === "none", random: seededRandom(seed) },
      });
      planted.plant();
      const truth = planted.truth();
      const found = told(await check(planted.objects, read));
      const label = `seed ${seed}: ${planted.story.join("; ")}`;
      expect(Object.fromEntries(found.objects), label).toEqual(Object.fromEntries(truth.objects));
      expect([...found.unlisted].sort(), label).toEqual([...truth.unlisted].sort());
      expect([...found.lostPoints].sort(), label).toEqual([...truth.lostPoints].sort());
      expect([...found.blocks].sort(), label).toEqual([...truth.blocks].sort());
    }
  });
});
