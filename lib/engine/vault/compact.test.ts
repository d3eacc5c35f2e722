import { describe, expect, it } from "vitest";
import { MemoryStore } from "@/lib/testing/memory-store";
import { ModelDisk, noiseBlock } from "@/lib/testing/model-disk";
import { checkRestores } from "@/lib/testing/restore-check";
import { VaultHarness } from "@/lib/testing/vault-harness";
import { BLOCK_BYTES } from "../blocks/block-size";
import { checkVault } from "./check-vault";
import { compact, type CompactionRequest } from "./compact";
import { isSound } from "./vault-check";
import { deletePoint, sweep } from "./sweep";
import { SWEEP_GRACE_MS } from "./sweep-grace";
import { measureSpace } from "./vault-space";
import { children } from "./tree-reader";
import { openVaultReader, treeOfDisk } from "./vault-reader";

const MIB = 1024 * 1024;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** A file of `blocks` blocks, and a copy of it that begins 4 KiB later in its block: no two blocks are equal. */
function fileAndShiftedCopy(harness: VaultHarness, disk: ModelDisk, blocks: number): void {
  const file = Buffer.concat(Array.from({ length: blocks }, () => noiseBlock(harness.random)));
  const shifted = Buffer.concat([Buffer.alloc(4_096), file, Buffer.alloc(BLOCK_BYTES - 4_096)]);
  for (let at = 0; at < blocks; at++) disk.setBlock(at, file.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES));
  for (let at = 0; at <= blocks; at++) {
    disk.setBlock(blocks + at, shifted.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES));
  }
}

async function vaultWithCopies(blocks = 24) {
  const harness = new VaultHarness();
  const disk = new ModelDisk(8 * MIB);
  harness.disks.set("os", disk);
  fileAndShiftedCopy(harness, disk, blocks);
  const session = await harness.open();
  const first = await harness.replicate(session);
  const disks = new Map([["os", disk.copy()]]);
  const { keys, random, clock } = harness;
  const compactOn = (store = harness.store, changes: Partial<CompactionRequest> = {}) =>
    compact({ store, keys, random, clock, minimumAgeMs: HOUR_MS, bytesMax: Infinity, duty: 1, ...changes });
  const sweepOn = (store = harness.store) => sweep({ store, keys, random, clock, minimumAgeMs: DAY_MS });
  return { harness, disk, session, first, disks, compactOn, sweepOn };
}

const bytesOf = (store: MemoryStore, prefix = "") =>
  [...store.objects].reduce((sum, [name, { bytes }]) => sum + (name.startsWith(prefix) ? bytes.length : 0), 0);
const namesOf = (store: MemoryStore, prefix: string) =>
  [...store.objects.keys()].filter((name) => name.startsWith(prefix));

describe("compaction", () => {
  it("finds copies that blocks of a fixed size miss; the space comes back with the sweep after the grace", async () => {
    const { harness, first, disks, compactOn, sweepOn } = await vaultWithCopies();
    const before = bytesOf(harness.store, "data/");
    harness.clock.advance(2 * HOUR_MS);
    const report = await compactOn();
    expect(report).toMatchObject({ packsRewritten: 1, packsWritten: 1, packsDamaged: 0, more: false });
    expect(report.bytesBefore).toBe(before);
    await checkRestores(harness.store, first.name, disks);
    harness.clock.advance(SWEEP_GRACE_MS);
    expect((await sweepOn()).bytesFreed).toBe(before);
    expect(bytesOf(harness.store, "data/")).toBeLessThan(before * 0.6);
    await checkRestores(harness.store, first.name, disks);
    const check = await checkVault({ store: harness.store, keys: harness.keys, read: "all", expectedPoints: null });
    expect(isSound(check)).toBe(true);
    expect(check.blobsVerified).toBeGreaterThan(48);
    expect(await compactOn()).toMatchObject({ packsRewritten: 0, packsWritten: 0 });
  });

  it("leaves young packs alone, and those that no point needs", async () => {
    const { harness, first, compactOn } = await vaultWithCopies();
    expect(await compactOn()).toMatchObject({ packsRewritten: 0 });
    await deletePoint(harness.store, first.name);
    harness.clock.advance(2 * HOUR_MS);
    expect(await compactOn()).toMatchObject({ packsRewritten: 0 });
  });

  it("writes of a pack that is mostly dead only what is needed", async () => {
    const { harness, disk, session, first, compactOn, sweepOn } = await vaultWithCopies(40);
    for (let index = 0; index < 81; index++) if (index % 10 !== 0) disk.setBlock(index, Buffer.alloc(BLOCK_BYTES));
    const second = await harness.replicate(session, { previous: first });
    await deletePoint(harness.store, first.name);
    harness.clock.advance(2 * HOUR_MS);
    const before = bytesOf(harness.store);
    await compactOn();
    harness.clock.advance(SWEEP_GRACE_MS);
    await sweepOn();
    expect(bytesOf(harness.store)).toBeLessThan(before / 3);
    await checkRestores(harness.store, second.name, harness.disks);
  });

  it("merges the small packs of many deltas", async () => {
    const { harness, disk, session, first, compactOn, sweepOn } = await vaultWithCopies();
    let previous = first;
    const points = [first];
    for (let delta = 0; delta < 20; delta++) {
      disk.setBlock(60 + delta, noiseBlock(harness.random));
      previous = await harness.replicate(session, { previous, dirty: new Map([["os", [60 + delta]]]) });
      points.push(previous);
      harness.clock.advance(30_000);
    }
    const count = () => namesOf(harness.store, "data/").length + namesOf(harness.store, "tree/").length;
    expect(count()).toBeGreaterThan(40);
    harness.clock.advance(2 * HOUR_MS);
    await compactOn();
    harness.clock.advance(SWEEP_GRACE_MS);
    await sweepOn();
    expect(count()).toBeLessThanOrEqual(3);
    await checkRestores(harness.store, previous.name, harness.disks);
  });

  it("keeps within its budget, and goes on from there the next time", async () => {
    const harness = new VaultHarness();
    const disk = new ModelDisk(24 * MIB);
    harness.disks.set("os", disk);
    for (let index = 0; index < 200; index++) disk.setBlock(index, noiseBlock(harness.random));
    const made = await harness.replicate(await harness.open());
    harness.clock.advance(2 * HOUR_MS);
    const { store, keys, random, clock } = harness;
    const request = { store, keys, random, clock, minimumAgeMs: HOUR_MS, bytesMax: 5 * MIB, duty: 1 };
    const runs = [];
    do runs.push(await compact(request));
    while (runs.at(-1)?.more === true);
    expect(runs.length).toBeGreaterThan(2);
    expect(runs.reduce((sum, { packsRewritten }) => sum + packsRewritten, 0)).toBe(4);
    await checkRestores(store, made.name, harness.disks);
  });

  it("leaves a damaged pack as it is, and compacts the others", async () => {
    const { harness, compactOn } = await vaultWithCopies(60);
    const names = namesOf(harness.store, "data/");
    const object = harness.store.objects.get(names[0] ?? "");
    object?.bytes.writeUInt8((object.bytes[5_000] ?? 0) ^ 1, 5_000);
    harness.clock.advance(2 * HOUR_MS);
    expect(names.length).toBe(2);
    expect(await compactOn()).toMatchObject({ packsRewritten: 1, packsDamaged: 1 });
  });

  it("measures what is stored, what points present, and what nobody needs", async () => {
    const { harness, disk, session, first } = await vaultWithCopies();
    disk.setBlock(100, noiseBlock(harness.random));
    harness.clock.advance(30_000);
    const second = await harness.replicate(session, { previous: first });
    const other = await harness.replicate(session, { machineId: "machine-2" });
    const { space } = await measureSpace(await openVaultReader(harness.store, harness.keys));
    expect(space.storedBytes).toBe(bytesOf(harness.store));
    expect(space.deduplicatedBytes).toBe(50 * BLOCK_BYTES);
    expect(space.logicalBytes).toBe((49 + 50 + 50) * BLOCK_BYTES);
    expect(space.machines).toMatchObject([
      { machineId: "machine-1", points: 2, newestBytes: 50 * BLOCK_BYTES, deduplicatedBytes: 50 * BLOCK_BYTES },
      { machineId: "machine-2", points: 1, newestBytes: 50 * BLOCK_BYTES, deduplicatedBytes: 50 * BLOCK_BYTES },
    ]);
    expect(space.machines[1]?.exclusiveBytes).toBe(0);
    await deletePoint(harness.store, other.name);
    await deletePoint(harness.store, second.name);
    const { space: less } = await measureSpace(await openVaultReader(harness.store, harness.keys));
    expect(less.reclaimableBytes - space.reclaimableBytes).toBeGreaterThan(BLOCK_BYTES);
    expect(less.machines).toMatchObject([{ machineId: "machine-1", exclusiveBytes: less.compressedBytes }]);
  });
});

describe("beside a compaction", () => {
  it("an agent that was connected before goes on: it reads its tree where that is now", async () => {
    const { harness, disk, session, first, compactOn, sweepOn } = await vaultWithCopies();
    harness.clock.advance(2 * HOUR_MS);
    await compactOn();
    harness.clock.advance(SWEEP_GRACE_MS);
    await sweepOn();
    disk.setBlock(3, noiseBlock(harness.random));
    const next = await harness.replicate(session, { previous: first, dirty: new Map([["os", [3]]]) });
    await checkRestores(harness.store, next.name, harness.disks);
    const again = await harness.replicate(session, { previous: next });
    expect(again.point.storedBytes).toBe(0);
  });

  it("a reader that was opened before finds what was moved, after the old packs are gone", async () => {
    const { harness, first, compactOn, sweepOn, disk, disks } = await vaultWithCopies();
    const reader = await openVaultReader(harness.store, harness.keys);
    harness.clock.advance(2 * HOUR_MS);
    await compactOn();
    harness.clock.advance(SWEEP_GRACE_MS);
    await sweepOn();
    const read = new Map<number, Buffer>();
    const context = { machine: "M", point: first.name };
    const [pointDisk] = first.point.disks;
    if (pointDisk === undefined) throw new Error("the point has a disk");
    const { tree } = treeOfDisk(reader, pointDisk, context);
    for await (const { page } of tree.lowestPages()) {
      const wanted = [...children(page)].map((id, blockIndex) => ({ id, blockIndex }));
      const there = wanted.filter(({ id }) => id.some((byte) => byte !== 0));
      await reader.blobs.blocks(there, context, (index, block) => void read.set(index, Buffer.from(block)));
    }
    expect(read.size).toBe(disk.blocks.size);
    for (const [index, block] of disks.get("os")?.blocks ?? []) expect(read.get(index)?.equals(block)).toBe(true);
  });

  it("every point stays exact when it is killed at any call, and the next one finishes", async () => {
    const { harness, first, disks, compactOn, sweepOn } = await vaultWithCopies(10);
    harness.clock.advance(2 * HOUR_MS);
    const copy = () => new MemoryStore(new Map(harness.store.objects), () => harness.clock.now());
    const whole = copy();
    await compactOn(whole);
    expect(whole.calls).toBeGreaterThan(15);
    for (let killAtCall = 1; killAtCall <= whole.calls; killAtCall++) {
      for (const killAfterEffect of [false, true]) {
        // Between two writes one kill is like the other.
        if (whole.verbs[killAtCall - 1] !== "put" && (killAfterEffect || killAtCall % 5 !== 0)) continue;
        const dying = copy();
        dying.faults = { killAtCall, killAfterEffect };
        await expect(compactOn(dying)).rejects.toMatchObject({ code: "PlantedFault" });
        const survivor = new MemoryStore(dying.objects, () => harness.clock.now());
        await checkRestores(survivor, first.name, disks);
        await compactOn(survivor);
        await checkRestores(survivor, first.name, disks);
      }
    }
    // After the grace and a day everything that a kill left behind is gone too.
    await compactOn();
    harness.clock.advance(DAY_MS);
    await sweepOn();
    harness.clock.advance(SWEEP_GRACE_MS);
    await sweepOn();
    expect(namesOf(harness.store, "data/")).toHaveLength(1);
    await checkRestores(harness.store, first.name, disks);
  });
});
