import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ModelDisk, noiseBlock, selfIdentifyingBlock } from "@/lib/testing/model-disk";
import { checkRestores } from "@/lib/testing/restore-check";
import { VaultHarness } from "@/lib/testing/vault-harness";
import { BLOCK_BYTES } from "../blocks/block-size";
import { rootOfDisk } from "../blocks/disk-root";

const MIB = 1024 * 1024;
const TIB = 1024 * 1024 * MIB;

const expectRestores = (harness: VaultHarness, name: string, disks: ReadonlyMap<string, ModelDisk>) =>
  checkRestores(harness.store, name, disks);

describe("a vault", () => {
  it("restores what was replicated, with the same root on source, vault and restored disk", async () => {
    const harness = new VaultHarness();
    const disk = new ModelDisk(200 * MIB + 512 * 3);
    for (const index of [0, 1, 5, 1023, 1024, 2047, disk.blockCount - 1]) {
      disk.setBlock(index, selfIdentifyingBlock(1, index, 1));
    }
    disk.setBlock(7, noiseBlock(harness.random));
    disk.setBlock(9, Buffer.alloc(BLOCK_BYTES));
    harness.disks.set("os", disk);
    const { name, point } = await harness.replicate(await harness.open());
    const source = await rootOfDisk(disk, harness.keys);
    expect(point.disks[0]?.root).toBe(source.root.toString("hex"));
    await expectRestores(harness, name, harness.disks);
  });

  it("holds a disk of 4 TiB with little data at the cost of the data", async () => {
    const harness = new VaultHarness();
    const disk = new ModelDisk(4 * TIB);
    for (let at = 0; at < 64; at++) disk.setBlock(at * 1_000_003, noiseBlock(harness.random));
    harness.disks.set("huge", disk);
    const { point } = await harness.replicate(await harness.open());
    const stored = [...harness.store.objects.values()].reduce((sum, object) => sum + object.bytes.length, 0);
    expect(stored).toBeLessThan(64 * BLOCK_BYTES * 1.2);
    expect(point.disks[0]?.root).toBe((await rootOfDisk(disk, harness.keys)).root.toString("hex"));
  });

  it("gives an empty disk a root, and stores nothing for it", async () => {
    const harness = new VaultHarness();
    harness.disks.set("empty", new ModelDisk(10 * 1024 * MIB));
    harness.disks.set("smaller", new ModelDisk(512));
    const { name, point } = await harness.replicate(await harness.open());
    expect([...harness.store.objects.keys()]).toEqual([name]);
    expect(point.disks[0]?.root).not.toBe(point.disks[1]?.root);
    const small = new Map([
      ["smaller", new ModelDisk(512)],
      ["empty", new ModelDisk(10 * 1024 * MIB)],
    ]);
    expect((await rootOfDisk(small.get("empty") ?? new ModelDisk(512), harness.keys)).root.toString("hex")).toBe(
      point.disks[0]?.root,
    );
  });

  it("stores identical blocks once, over disks, machines and sessions", async () => {
    const harness = new VaultHarness();
    const [one, two] = [new ModelDisk(100 * MIB), new ModelDisk(300 * MIB)];
    const block = noiseBlock(harness.random);
    for (let at = 0; at < 100; at++) one.setBlock(at * 3, block);
    for (let at = 0; at < 100; at++) two.setBlock(at * 7, block);
    harness.disks.set("one", one);
    harness.disks.set("two", two);
    const first = await harness.replicate(await harness.open());
    await harness.replicate(await harness.open(), { machineId: "machine-2" });
    const dataBytes = [...harness.store.objects].filter(([name]) => name.startsWith("data/"));
    expect(dataBytes.reduce((sum, [, object]) => sum + object.bytes.length, 0)).toBeLessThan(2 * BLOCK_BYTES);
    expect(first.point.storedBytes).toBeLessThan(4 * BLOCK_BYTES);
    await expectRestores(harness, first.name, harness.disks);
  });

  it("gives a disk back in the formats of its own host, too", async () => {
    const harness = new VaultHarness();
    const disk = new ModelDisk(90 * MIB + 512);
    for (const index of [0, 1, 33, 700, 1439]) disk.setBlock(index, noiseBlock(harness.random));
    harness.disks.set("disk", disk);
    const { name } = await harness.replicate(await harness.open());
    for (const format of ["vhdx-dynamic", "vhdx-fixed", "vhd-dynamic"] as const)
      await checkRestores(harness.store, name, harness.disks, harness.keys, format);
  });

  it("makes a delta's point at the cost of the change, leaving earlier points as they are", async () => {
    const harness = new VaultHarness();
    const disk = new ModelDisk(70 * MIB);
    for (let index = 0; index < 1_100; index++) disk.setBlock(index, selfIdentifyingBlock(1, index, 1));
    harness.disks.set("os", disk);
    const session = await harness.open();
    const first = await harness.replicate(session);
    const before = disk.copy();
    disk.setBlock(1_050, noiseBlock(harness.random));
    disk.setBlock(3, Buffer.alloc(BLOCK_BYTES));
    harness.clock.advance(30_000);
    const dirty = new Map([["os", [3, 4, 1_050]]]);
    const calls = harness.store.log.length;
    const second = await harness.replicate(session, { previous: first, dirty });
    expect(second.point).toMatchObject({ sourceBytesRead: 3 * BLOCK_BYTES, changedBytes: 2 * BLOCK_BYTES });
    const objects = harness.store.log.slice(calls).map(({ name }) => name.split("/")[0]);
    expect(objects).toEqual(["data", "tree", "index", "points"]);
    expect(second.point.disks[0]?.root).toBe((await rootOfDisk(disk, harness.keys)).root.toString("hex"));
    await expectRestores(harness, second.name, harness.disks);
    await expectRestores(harness, first.name, new Map([["os", before]]));
  });

  it("reads nothing of the earlier tree again in a session that made it", async () => {
    const harness = new VaultHarness();
    const disk = new ModelDisk(70 * MIB);
    for (let index = 0; index < 1_100; index++) disk.setBlock(index, selfIdentifyingBlock(1, index, 1));
    harness.disks.set("os", disk);
    const session = await harness.open();
    const first = await harness.replicate(session);
    disk.setBlock(42, noiseBlock(harness.random));
    const gets: string[] = [];
    const get = harness.store.get.bind(harness.store);
    harness.store.get = (name, range) => {
      gets.push(name);
      return get(name, range);
    };
    await harness.replicate(session, { previous: first, dirty: new Map([["os", [42]]]) });
    expect(gets).toEqual([]);
  });

  it("asks for a whole read when a delta is wanted of a disk that was resized", async () => {
    const harness = new VaultHarness();
    harness.disks.set("os", new ModelDisk(100 * MIB));
    const session = await harness.open();
    const first = await harness.replicate(session);
    harness.disks.set("os", new ModelDisk(101 * MIB));
    const delta = harness.replicate(session, { previous: first, dirty: new Map([["os", [1]]]) });
    await expect(delta).rejects.toMatchObject({ code: "ResynchronizationRequired" });
    await harness.replicate(session, { previous: first });
  });
});

describe("any chain of changes to sparse disks", () => {
  // Sizes on both sides of a page's 64 MiB and of two levels, with ends inside a block.
  const sizes = fc.constantFrom(512, BLOCK_BYTES, 5 * MIB + 512, 64 * MIB, 64 * MIB + 512, 200 * MIB, 70 * 1024 * MIB);
  const change = fc.record({
    place: fc.nat(),
    span: fc.integer({ min: 1, max: 40 }),
    kind: fc.constantFrom("self", "noise", "zero", "same"),
  });
  const step = fc.record({
    changes: fc.array(change, { maxLength: 6 }),
    whole: fc.boolean(),
    reopen: fc.boolean(),
    extra: fc.array(fc.nat(), { maxLength: 3 }),
  });

  it("gives at every step the root of a full rebuild, and every point restores exactly", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.array(step, { minLength: 1, maxLength: 3 }),
        fc.integer(),
        async (size, steps, seed) => {
          const harness = new VaultHarness(seed);
          const disk = new ModelDisk(size);
          harness.disks.set("disk", disk);
          let session = await harness.open();
          let previous: Awaited<ReturnType<typeof harness.replicate>> | null = null;
          const history: { name: string; model: ModelDisk }[] = [];
          for (const [generation, { changes, whole, reopen, extra }] of steps.entries()) {
            const dirty = new Set(extra.map((index) => index % disk.blockCount));
            for (const { place, span, kind } of changes) {
              const first = place % disk.blockCount;
              for (let index = first; index < Math.min(first + span, disk.blockCount); index++) {
                dirty.add(index);
                if (kind === "self") disk.setBlock(index, selfIdentifyingBlock(1, index, generation));
                else if (kind === "noise") disk.setBlock(index, noiseBlock(harness.random));
                else if (kind === "zero") disk.blocks.delete(index);
                else disk.setBlock(index, selfIdentifyingBlock(9, 9, 9));
              }
            }
            if (reopen) session = await harness.open();
            harness.clock.advance(30_000);
            const ascending = [...dirty].sort((a, b) => a - b);
            const delta = !whole && previous !== null;
            previous = await harness.replicate(session, {
              previous,
              ...(delta ? { dirty: new Map([["disk", ascending]]) } : {}),
            });
            expect(previous.point.disks[0]?.root).toBe((await rootOfDisk(disk, harness.keys)).root.toString("hex"));
            history.push({ name: previous.name, model: disk.copy() });
          }
          if (size < 1024 * MIB) {
            for (const { name, model } of history) await expectRestores(harness, name, new Map([["disk", model]]));
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});
