import { describe, expect, it } from "vitest";
import { MemoryStore } from "@/lib/testing/memory-store";
import { ModelDisk, noiseBlock } from "@/lib/testing/model-disk";
import { checkRestores } from "@/lib/testing/restore-check";
import { VaultHarness } from "@/lib/testing/vault-harness";
import { sweep } from "./sweep";
import { SWEEP_GRACE_MS } from "./sweep-grace";

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

/** A machine of 20 MiB of noise: five packs, far fewer than a run lists on its way. */
function machine() {
  const harness = new VaultHarness();
  const disk = new ModelDisk(64 * MIB);
  for (let index = 0; index < 320; index++) disk.setBlock(index * 2, noiseBlock(harness.random));
  harness.disks.set("os", disk);
  return harness;
}

const packBytes = (store: MemoryStore) =>
  [...store.objects].reduce((sum, [name, { bytes }]) => sum + (/^(data|tree)\//.test(name) ? bytes.length : 0), 0);
const packNames = (store: MemoryStore) => [...store.objects.keys()].filter((name) => /^(data|tree)\//.test(name));

/** Replicates until so many packs are stored, then nothing of the process reaches the store any more. */
async function killedAfter(harness: VaultHarness, packs: number): Promise<MemoryStore> {
  const dying = new MemoryStore(new Map(harness.store.objects), () => harness.clock.now());
  const put = dying.put.bind(dying);
  let stored = 0;
  dying.put = async (name, bytes) => {
    if (stored >= packs) dying.faults = { killAtCall: 0 };
    await put(name, bytes);
    if (/^data\//.test(name)) stored += 1;
  };
  await expect(harness.replicate(await harness.open(dying))).rejects.toMatchObject({ code: "PlantedFault" });
  return new MemoryStore(dying.objects, () => harness.clock.now());
}

describe("a replication that is killed near its end", () => {
  it("sends nothing again that the store had acknowledged, although no index listed it", async () => {
    const harness = machine();
    const survivor = await killedAfter(harness, 4);
    const before = packBytes(survivor);
    expect([...survivor.objects.keys()].some((name) => name.startsWith("index/"))).toBe(false);
    const { name, point } = await harness.replicate(await harness.open(survivor));
    expect(before).toBeGreaterThan(15 * MIB);
    expect(point.storedBytes).toBeLessThan(6 * MIB);
    expect(packBytes(survivor)).toBeLessThan(1.15 * 20 * MIB);
    await checkRestores(survivor, name, harness.disks);
  });

  it("goes on in the same session too, after the connection was cut", async () => {
    const harness = machine();
    const store = new MemoryStore(new Map(), () => harness.clock.now());
    const session = await harness.open(store);
    const put = store.put.bind(store);
    store.put = async (name, bytes) => {
      if (packNames(store).length >= 4) store.faults = { killAtCall: 0 };
      await put(name, bytes);
    };
    await expect(harness.replicate(session)).rejects.toMatchObject({ code: "PlantedFault" });
    store.faults = {};
    store.put = put;
    const { name, point } = await harness.replicate(session);
    expect(point.storedBytes).toBeLessThan(6 * MIB);
    await checkRestores(store, name, harness.disks);
  });

  it("leaves alone what a sweep has announced, and a point never relies on it", async () => {
    const harness = machine();
    const survivor = await killedAfter(harness, 4);
    harness.clock.advance(2 * DAY_MS);
    const { keys, random, clock } = harness;
    const request = { store: survivor, keys, random, clock, minimumAgeMs: DAY_MS };
    const { packsAnnounced } = await sweep(request);
    expect(packsAnnounced).toBeGreaterThanOrEqual(4);
    const { name, point } = await harness.replicate(await harness.open(survivor));
    expect(point.storedBytes).toBeGreaterThan(19 * MIB);
    clock.advance(SWEEP_GRACE_MS);
    expect((await sweep(request)).packsDeleted).toBe(packsAnnounced);
    await checkRestores(survivor, name, harness.disks);
  });

  it("stores again a pack that was damaged in the meantime: it says no longer what it holds", async () => {
    const harness = machine();
    const survivor = await killedAfter(harness, 4);
    const [first = ""] = packNames(survivor);
    const damaged = survivor.objects.get(first);
    damaged?.bytes.fill(0xaa, damaged.bytes.length - 100);
    const session = await harness.open(survivor);
    const { name } = await harness.replicate(session);
    await checkRestores(survivor, name, harness.disks);
  });
});
