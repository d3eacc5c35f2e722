import { describe, expect, it } from "vitest";
import { MemoryFileSystem, ProcessKilled } from "@/lib/testing/memory-file-system";
import { MemoryMedium } from "@/lib/testing/memory-medium";
import { ModelDisk, noiseBlock, selfIdentifyingBlock } from "@/lib/testing/model-disk";
import { seededRandom } from "@/lib/testing/seeded-random";
import { VaultHarness } from "@/lib/testing/vault-harness";
import { BLOCK_BYTES } from "../blocks/block-size";
import { openDisk } from "../disk/open-disk";
import { openPoint } from "../vault/open-point";
import { openVaultReader } from "../vault/vault-reader";
import { Hydration } from "./hydration";
import { OnDemandDisk } from "./on-demand-disk";
import { readOnDemandState } from "./on-demand-files";

const MIB = 1024 * 1024;
const IMAGE = "/replica/0-os.vhd";
const CONTEXT = { machine: "MACHINE-1", point: null };
const forever = new AbortController().signal;

/** A point in a vault, and the files of its replica: processes come and go. */
class World {
  readonly harness = new VaultHarness();
  readonly medium = new MemoryMedium();
  pointName = "";

  constructor(readonly model: ModelDisk) {
    this.harness.disks.set("os", model);
    this.medium.folders.add("/replica");
  }

  async replicate(): Promise<this> {
    this.pointName = (await this.harness.replicate(await this.harness.open())).name;
    return this;
  }

  async hydration(fileSystem = this.files(), bootId: string | null = "boot-1"): Promise<Hydration> {
    const { store, keys, random, clock } = this.harness;
    const vault = await openVaultReader(store, keys);
    const [disk] = (await openPoint(store, keys, this.pointName, CONTEXT)).disks;
    if (disk === undefined) throw new Error("a point without a disk");
    const socket = "/run/blocks.sock";
    return new Hydration({
      vault,
      disk,
      context: CONTEXT,
      fileSystem,
      imagePath: IMAGE,
      socket,
      bootId,
      random,
      clock,
    });
  }

  guest(supplier: Pick<Hydration, "want">, fileSystem = this.files()): OnDemandDisk {
    const isWhole = (readOnDemandState(fileSystem, IMAGE)?.hydrated ?? null) !== null;
    return new OnDemandDisk({ image: openDisk(fileSystem, IMAGE, "readwrite"), fileSystem, supplier, isWhole });
  }

  files(): MemoryFileSystem {
    return new MemoryFileSystem(this.medium);
  }

  /** What an ordinary reader finds. */
  async expectOrdinary(expected: ModelDisk): Promise<void> {
    expect([...this.medium.files.keys()].filter((name) => name.startsWith("/replica/"))).toEqual([IMAGE]);
    const disk = openDisk(this.files(), IMAGE, "read");
    expect(expected.firstDifference(disk)).toBeNull();
    disk.close();
  }
}

function sampleDisk(): ModelDisk {
  const disk = new ModelDisk(130 * MIB + 512 * 3);
  for (const index of [0, 1, 2, 5, 17, 40, 1023, 1024, 1500, disk.blockCount - 1]) {
    disk.setBlock(index, selfIdentifyingBlock(1, index, 1));
  }
  return disk;
}

async function readThrough(disk: OnDemandDisk, offset: number, length: number): Promise<Buffer> {
  await disk.prepare(offset, length);
  const bytes = Buffer.alloc(length);
  disk.read(offset, bytes);
  return bytes;
}

function drain(disk: OnDemandDisk): void {
  for (const step of disk.merge()) expect(step.bytesLeft).toBeGreaterThanOrEqual(0);
}

function writeModel(model: ModelDisk, offset: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += 512) {
    const index = Math.floor((offset + at) / BLOCK_BYTES);
    const block = Buffer.from(model.blocks.get(index) ?? Buffer.alloc(BLOCK_BYTES));
    block.set(bytes.subarray(at, at + 512), (offset + at) % BLOCK_BYTES);
    model.setBlock(index, block);
  }
}

describe("a disk that is used before it is whole", () => {
  it("gives a block when it is asked for, and has read little else by then", async () => {
    const world = await new World(sampleDisk()).replicate();
    const hydration = await world.hydration();
    const disk = world.guest(hydration);
    expect(() => disk.read(0, Buffer.alloc(512))).toThrow(/has not come from the vault/);
    expect(await readThrough(disk, 17 * BLOCK_BYTES, 4096)).toEqual(selfIdentifyingBlock(1, 17, 1).subarray(0, 4096));
    expect(await readThrough(disk, 100 * BLOCK_BYTES, 4096)).toEqual(Buffer.alloc(4096));
    expect(hydration.progress.bytesDemanded).toBe(BLOCK_BYTES);
    // Of the first 64 MiB it is known by now what is empty: no question for each hole.
    expect(disk.prepare(900 * BLOCK_BYTES, 4096)).toBeNull();
    expect(disk.prepare(5 * BLOCK_BYTES, 4096)).not.toBeNull();
  });

  it("asks for nothing where the guest itself has written", async () => {
    const world = await new World(sampleDisk()).replicate();
    const asked: number[] = [];
    const hydration = await world.hydration();
    const disk = world.guest({ want: (first, count) => (asked.push(first), hydration.want(first, count)) });
    disk.write(BLOCK_BYTES, Buffer.alloc(BLOCK_BYTES, 7));
    expect(disk.prepare(BLOCK_BYTES, BLOCK_BYTES)).toBeNull();
    await disk.prepare(0, 3 * BLOCK_BYTES);
    expect(asked).toEqual([0]);
    expect(disk.overlayBytes).toBe(BLOCK_BYTES);
  });

  it("hydrates behind, proves the image, and ends as an ordinary disk with every write of the guest", async () => {
    const world = await new World(sampleDisk()).replicate();
    const expected = world.model.copy();
    const hydration = await world.hydration();
    const disk = world.guest(hydration);
    const write = (offset: number, fill: number, length = 512) => {
      disk.write(offset, Buffer.alloc(length, fill));
      writeModel(expected, offset, Buffer.alloc(length, fill));
    };
    write(512, 1);
    write(5 * BLOCK_BYTES + 1024, 2, 200 * 512);
    const running = hydration.run(forever);
    write(1500 * BLOCK_BYTES, 3);
    await disk.prepare(1024 * BLOCK_BYTES, 512);
    const proof = await running;
    const point = await openPoint(world.harness.store, world.harness.keys, world.pointName, CONTEXT);
    expect(proof.root).toBe(point.disks[0]?.root);
    expect(hydration.progress).toMatchObject({ phase: "hydrated", bytesDone: proof.bytesWritten });
    hydration.close();
    write(40 * BLOCK_BYTES, 4);
    const merging = disk.merge();
    merging.next();
    write(512, 5);
    write(2 * BLOCK_BYTES, 6);
    for (const _ of merging) write(1500 * BLOCK_BYTES + 512, 7);
    expect(disk.stage).toBe("ordinary");
    write(0, 8);
    disk.close();
    await world.expectOrdinary(expected);
  });

  it("loses no confirmed write and no progress, whichever call the host is killed at", async () => {
    const counting = await new World(sampleDisk()).replicate();
    const plan = async (world: World, host: MemoryFileSystem, confirmed: ModelDisk) => {
      const hydration = await world.hydration();
      const disk = world.guest(hydration, host);
      for (let at = 0; at < 6; at++) {
        const bytes = Buffer.alloc(1024, at + 1);
        const offset = [0, 512, 5 * BLOCK_BYTES, 5 * BLOCK_BYTES + 65_024, 1500 * BLOCK_BYTES, 70 * MIB][at] ?? 0;
        await disk.prepare(offset, 1024);
        disk.write(offset, bytes);
        writeModel(confirmed, offset, bytes);
      }
      await hydration.run(forever);
      hydration.close();
      drain(disk);
      disk.close();
    };
    const calm = counting.files();
    await plan(counting, calm, counting.model.copy());
    for (let killAt = 1; killAt <= calm.calls; killAt += 2) {
      const world = await new World(sampleDisk()).replicate();
      const confirmed = world.model.copy();
      const host = new MemoryFileSystem(world.medium, { killAtCall: killAt });
      await expect(plan(world, host, confirmed)).rejects.toThrow(ProcessKilled);
      const state = readOnDemandState(world.files(), IMAGE);
      if (state !== null) {
        const hydration = await world.hydration();
        const disk = world.guest(hydration);
        for (const [index, block] of confirmed.blocks) {
          const length = Math.min(BLOCK_BYTES, confirmed.virtualSizeBytes - index * BLOCK_BYTES);
          expect(unconfirmedAside(await readThrough(disk, index * BLOCK_BYTES, length), block, length)).toBe(true);
        }
        await hydration.run(forever);
        hydration.close();
        drain(disk);
        disk.close();
      }
      const after = openDisk(world.files(), IMAGE, "read");
      const whole = Buffer.alloc(BLOCK_BYTES);
      for (const [index, block] of confirmed.blocks) {
        const length = Math.min(BLOCK_BYTES, confirmed.virtualSizeBytes - index * BLOCK_BYTES);
        after.read(index * BLOCK_BYTES, whole.subarray(0, length));
        expect(unconfirmedAside(whole.subarray(0, length), block, length)).toBe(true);
      }
    }
  });

  it("continues where it was when the supplier is killed at any call, and fetches again after a loss of power", async () => {
    const calm = await new World(sampleDisk()).replicate();
    const counting = calm.files();
    const first = await calm.hydration(counting);
    await first.want(0, 1);
    await first.run(forever);
    for (let killAt = 1; killAt <= counting.calls; killAt += 3) {
      const world = await new World(sampleDisk()).replicate();
      const doomed = new MemoryFileSystem(world.medium, { killAtCall: killAt, tornShare: 0.5 });
      const work = async () => {
        const hydration = await world.hydration(doomed);
        await hydration.want(0, 1);
        await hydration.run(forever);
      };
      await expect(work()).rejects.toThrow(ProcessKilled);
      const hydration = await world.hydration(world.files(), killAt % 2 === 0 ? "boot-1" : "boot-2");
      await hydration.run(forever);
      hydration.close();
      const disk = world.guest(hydration);
      drain(disk);
      disk.close();
      await world.expectOrdinary(world.model);
    }
  });

  it("fetches again what the medium has altered, once, and then says that it cannot be trusted", async () => {
    const world = await new World(sampleDisk()).replicate();
    const once = world.files();
    const hydration = await world.hydration(once);
    await hydration.want(0, 3);
    once.faults = { flipOnRead: { pathContains: IMAGE, offset: 700, bit: 3 } };
    await expect(hydration.run(forever)).rejects.toMatchObject({ code: "RestoredDiskDiffers" });
    hydration.close();
    const image = openDisk(world.files(), IMAGE, "readwrite");
    image.write(1024, Buffer.alloc(512, 9));
    image.close();
    const healed = await world.hydration();
    await healed.run(forever);
    healed.close();
    drain(world.guest(healed));
    await world.expectOrdinary(world.model);
  });

  it("starts a disk of 2,000 GiB without reading more of it than is asked for", async () => {
    const model = new ModelDisk(2000 * 1024 * MIB);
    for (let at = 0; at < 20; at++) model.setBlock(at * 1_500_017, noiseBlock(seededRandom(at)));
    const world = await new World(model).replicate();
    const calls = world.harness.store.log.length;
    const hydration = await world.hydration();
    const disk = world.guest(hydration);
    expect(await readThrough(disk, 1_500_017 * BLOCK_BYTES, 512)).toEqual(
      model.blocks.get(1_500_017)?.subarray(0, 512),
    );
    expect(world.harness.store.log.length - calls).toBeLessThan(20);
    expect(hydration.progress.bytesDemanded).toBe(BLOCK_BYTES);
  });

  it("tells the guest of a vault that is damaged where it reads, and of nothing else", async () => {
    const world = await new World(sampleDisk()).replicate();
    const disk = world.guest(await world.hydration());
    for (const [name, object] of world.harness.store.objects) if (name.startsWith("data/")) object.bytes.fill(1, 60);
    expect(await readThrough(disk, 60 * MIB, 512)).toEqual(Buffer.alloc(512));
    await expect(readThrough(disk, 0, 512)).rejects.toMatchObject({ code: "VaultPackDamaged" });
    disk.write(0, Buffer.alloc(512, 3));
    expect(await readThrough(disk, 0, 512)).toEqual(Buffer.alloc(512, 3));
  });
});

/** The write that was under way when the process died may be there or not, sector by sector; every other byte must be right. */
function unconfirmedAside(found: Buffer, expected: Buffer, length: number): boolean {
  let differing = 0;
  for (let at = 0; at < length; at += 512) {
    if (!found.subarray(at, at + 512).equals(expected.subarray(at, at + 512))) differing += 1;
  }
  return differing <= 2;
}
