import { describe, expect, it } from "vitest";
import { createDisk, CREATABLE_FORMATS, type CreatableFormat } from "@/lib/engine/disk/create-disk";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { BLOCK_BYTES } from "@/lib/engine/blocks/block-size";
import { MemoryFileSystem, ProcessKilled, type PlantedFaults } from "@/lib/testing/memory-file-system";
import { ModelDisk, selfIdentifyingBlock } from "@/lib/testing/model-disk";
import { seededRandom } from "@/lib/testing/seeded-random";
import { VaultHarness } from "@/lib/testing/vault-harness";
import { applyPointToDisk, type ApplyProgress, type ApplyRequest } from "./apply-point";
import { openVaultReader } from "./vault-reader";

const MIB = 1024 * 1024;
/** Two lowest pages, and a last block that is not whole. */
const DISK_BYTES = 66 * MIB + 512;
const NAMES: Readonly<Record<CreatableFormat, string>> = {
  ...{ raw: "disk.raw", "vhd-fixed": "disk.vhd", "vhd-dynamic": "disk.vhd", "vhdx-fixed": "disk.vhdx" },
  ...{ "vhdx-dynamic": "disk.vhdx", "vmdk-flat": "disk.vmdk", "vmdk-sparse": "disk.vmdk", "vmdk-split": "disk.vmdk" },
};

/** The disk as it comes back from the replica, in a vault. Generation 2 is what the replica has written. */
async function vaultWithPoint(seed: number, sizeBytes = DISK_BYTES) {
  const harness = new VaultHarness(seed);
  const random = seededRandom(seed);
  const source = new ModelDisk(sizeBytes);
  const replica = new ModelDisk(sizeBytes);
  const blocks = source.blockCount;
  const draw = (below: number) => random.bytes(4).readUInt32LE(0) % below;
  for (let count = 0; count < 24; count += 1) {
    const index = draw(blocks);
    source.setBlock(index, selfIdentifyingBlock(1, index, 1));
    if (draw(4) > 0) replica.setBlock(index, selfIdentifyingBlock(1, index, 1));
  }
  // What was there and is zero now; what was not there; what was overwritten; the end of the disk.
  for (let count = 0; count < 6; count += 1) {
    const index = draw(blocks);
    replica.setBlock(index, selfIdentifyingBlock(1, index, 2));
  }
  source.setBlock(blocks - 1, selfIdentifyingBlock(1, blocks - 1, 1));
  replica.setBlock(blocks - 1, selfIdentifyingBlock(1, blocks - 1, 2));
  harness.disks.set("os", replica);
  const { name, point } = await harness.replicate(await harness.open());
  const disk = point.disks[0];
  if (disk === undefined) throw new Error("a point of one disk has it");
  return { harness, source, replica, name, disk };
}

type Prepared = Awaited<ReturnType<typeof vaultWithPoint>>;

function imageOf(source: ModelDisk, format: CreatableFormat): { fileSystem: MemoryFileSystem; path: string } {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeFolder("/site");
  const path = `/site/${NAMES[format]}`;
  const image = createDisk(fileSystem, path, format, {
    ...{ virtualSizeBytes: source.virtualSizeBytes, createdAt: new Date(0) },
    uniqueId: "11111111-2222-4333-8444-555555555555",
  });
  for (const [index, block] of source.blocks) {
    const length = Math.min(BLOCK_BYTES, source.virtualSizeBytes - index * BLOCK_BYTES);
    image.write(index * BLOCK_BYTES, block.subarray(0, length));
  }
  image.sync();
  image.close();
  return { fileSystem, path };
}

async function request(prepared: Prepared, place: { fileSystem: MemoryFileSystem; path: string }) {
  const { harness, disk, name } = prepared;
  const made: ApplyRequest = {
    vault: await openVaultReader(harness.store, harness.keys),
    ...{ disk, context: { machine: "MACHINE-1", point: name }, ...place },
    breathe: async () => undefined,
  };
  return made;
}

function differenceOf(replica: ModelDisk, place: { fileSystem: MemoryFileSystem; path: string }): number | null {
  const image = openDisk(place.fileSystem, place.path, "read");
  try {
    return replica.firstDifference(image);
  } finally {
    image.close();
  }
}

function differing(a: ModelDisk, b: ModelDisk): number {
  const zero = Buffer.alloc(BLOCK_BYTES);
  const all = new Set([...a.blocks.keys(), ...b.blocks.keys()]);
  return [...all].filter((at) => !(a.blocks.get(at) ?? zero).equals(b.blocks.get(at) ?? zero)).length;
}

describe("a point that is applied to a disk", () => {
  it.each(CREATABLE_FORMATS)("makes a %s what the point is, and writes only what differs", async (format) => {
    for (const seed of [1, 2, 3]) {
      const prepared = await vaultWithPoint(seed);
      const place = imageOf(prepared.source, format);
      const seen: ApplyProgress[] = [];
      const asked = await request(prepared, place);
      const applied = await applyPointToDisk({ ...asked, onProgress: (progress) => seen.push(progress) });
      expect(applied.root).toBe(prepared.disk.root);
      expect(differenceOf(prepared.replica, place)).toBeNull();
      expect(applied.bytesWritten).toBe(differing(prepared.source, prepared.replica) * BLOCK_BYTES);
      const equal = prepared.replica.blocks.size * BLOCK_BYTES - applied.bytesEqual;
      expect(equal).toBeLessThanOrEqual(applied.bytesWritten);
      expect(new Set(seen.map(({ phase }) => phase))).toEqual(new Set(["comparing", "fetching", "verifying"]));
      for (const { bytesDone, bytesTotal } of seen) expect(bytesDone).toBeLessThanOrEqual(bytesTotal);
      const image = openDisk(place.fileSystem, place.path, "read");
      expect(image.format).toBe(format);
      image.close();
    }
  });

  it("writes and fetches nothing when the disk is what the point is already", async () => {
    const prepared = await vaultWithPoint(4);
    const place = imageOf(prepared.replica, "vhdx-dynamic");
    const asked = await request(prepared, place);
    const before = prepared.harness.store.calls;
    const applied = await applyPointToDisk(asked);
    expect(applied).toMatchObject({ root: prepared.disk.root, bytesWritten: 0 });
    expect(applied.bytesEqual).toBe(prepared.replica.blocks.size * BLOCK_BYTES);
    // The page above the two lowest ones, and none of these.
    expect(prepared.harness.store.calls - before).toBe(1);
  });

  it("fills an empty disk", async () => {
    const prepared = await vaultWithPoint(5);
    const place = imageOf(new ModelDisk(DISK_BYTES), "vhdx-dynamic");
    const applied = await applyPointToDisk(await request(prepared, place));
    expect(applied).toMatchObject({ root: prepared.disk.root, bytesEqual: 0 });
    expect(differenceOf(prepared.replica, place)).toBeNull();
  });

  it.each(CREATABLE_FORMATS)("is repeated after a kill at every third call on a %s, and ends exact", async (format) => {
    const prepared = await vaultWithPoint(6, 2 * MIB + 512);
    const attempt = async (faults: PlantedFaults) => {
      const place = imageOf(prepared.source, format);
      const fileSystem = place.fileSystem.restart(faults);
      const asked = await request(prepared, { ...place, fileSystem });
      const error = await applyPointToDisk(asked).then(
        () => null,
        (reason: unknown) => reason,
      );
      return { place, fileSystem, error };
    };
    const calm = await attempt({});
    expect(calm.error).toBeNull();
    for (let killAtCall = 1; killAtCall <= calm.fileSystem.calls; killAtCall += 3) {
      const killed = await attempt({ killAtCall, tornShare: (killAtCall % 3) / 2 });
      expect(killed.error, `call ${killAtCall}`).toBeInstanceOf(ProcessKilled);
      const place = { ...killed.place, fileSystem: killed.fileSystem.restart() };
      const again = await applyPointToDisk(await request(prepared, place));
      expect(again.root, `killed at call ${killAtCall}`).toBe(prepared.disk.root);
      expect(differenceOf(prepared.replica, place)).toBeNull();
    }
  });
});

describe("a point that cannot be applied", () => {
  it("shows by its root that a written block does not read back as it was written", async () => {
    const prepared = await vaultWithPoint(7);
    const place = imageOf(prepared.source, "raw");
    const asked = await request(prepared, place);
    const offset = (prepared.replica.blockCount - 1) * BLOCK_BYTES + 100;
    place.fileSystem.faults = { flipOnRead: { pathContains: "disk.raw", offset, bit: 3 } };
    const applied = await applyPointToDisk(asked);
    expect(applied.root).not.toBe(prepared.disk.root);
  });

  it("does not write a block that comes damaged out of the vault", async () => {
    const prepared = await vaultWithPoint(8);
    const place = imageOf(prepared.source, "vhd-dynamic");
    const asked = await request(prepared, place);
    for (const [name, object] of prepared.harness.store.objects) {
      if (!name.startsWith("data/")) continue;
      for (let at = 0; at < object.bytes.length; at += 100) object.bytes[at] = (object.bytes[at] ?? 0) ^ 1;
    }
    await expect(applyPointToDisk(asked)).rejects.toMatchObject({ code: "VaultPackDamaged" });
  });

  it("notices a program that writes to the disk while it is compared, and while it is read back", async () => {
    const prepared = await vaultWithPoint(9);
    for (const phase of ["comparing", "verifying"] as const) {
      const place = imageOf(prepared.source, "vhd-dynamic");
      const asked = await request(prepared, place);
      let meddled = false;
      const applying = applyPointToDisk({
        ...asked,
        onProgress: (progress) => {
          if (progress.phase !== phase || meddled) return;
          meddled = true;
          const file = place.fileSystem.restart().open(place.path, "readwrite");
          file.write(4 * MIB, Buffer.alloc(512, 0xee));
          file.close();
        },
      });
      await expect(applying, phase).rejects.toMatchObject({ code: "ImageChangedWhileReading" });
    }
  });

  it("gives another root when somebody writes between fetching and reading back", async () => {
    const prepared = await vaultWithPoint(10);
    const place = imageOf(prepared.source, "raw");
    const asked = await request(prepared, place);
    const applied = await applyPointToDisk({
      ...asked,
      onProgress: ({ phase, bytesDone, bytesTotal }) => {
        if (phase !== "fetching" || bytesDone < bytesTotal) return;
        const file = place.fileSystem.restart().open(place.path, "readwrite");
        file.write(7 * BLOCK_BYTES, Buffer.alloc(512, 0xee));
        file.close();
      },
    });
    expect(applied.root).not.toBe(prepared.disk.root);
  });

  it("refuses a disk of another size before anything is written", async () => {
    const prepared = await vaultWithPoint(11);
    const place = imageOf(new ModelDisk(DISK_BYTES + 512), "vhd-fixed");
    await expect(applyPointToDisk(await request(prepared, place))).rejects.toMatchObject({ code: "DiskSizeDiffers" });
  });

  it("stops where it is told to, and says so when the medium is full", async () => {
    const prepared = await vaultWithPoint(12);
    const place = imageOf(prepared.source, "vhd-dynamic");
    const stop = new AbortController();
    const asked = await request(prepared, place);
    const aborted = applyPointToDisk({
      ...asked,
      signal: stop.signal,
      onProgress: ({ phase }) => phase === "fetching" && stop.abort(new Error("stopped")),
    });
    await expect(aborted).rejects.toThrow("stopped");
    place.fileSystem.faults = { capacityBytes: place.fileSystem.medium.allocatedBytes() };
    await expect(applyPointToDisk(asked)).rejects.toMatchObject({ code: "StorageFull" });
  });
});
