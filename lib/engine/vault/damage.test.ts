import { describe, expect, it } from "vitest";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import type { MemoryStore } from "@/lib/testing/memory-store";
import { ModelDisk, noiseBlock } from "@/lib/testing/model-disk";
import { checkRestores } from "@/lib/testing/restore-check";
import { testKeys, VaultHarness } from "@/lib/testing/vault-harness";
import { createFixedVhd } from "../disk/create-vhd";
import { checkPoint } from "./check-point";
import { materialise } from "./materialise";
import { openPoint } from "./open-point";
import { rebuildIndex } from "./rebuild-index";
import { openVaultReader } from "./vault-reader";

const MIB = 1024 * 1024;

/** Two points of disks that share nothing, so that damage to one must not touch the other. */
async function twoPoints() {
  const harness = new VaultHarness();
  const make = () => {
    const disk = new ModelDisk(3 * MIB);
    for (let index = 0; index < 10; index++) disk.setBlock(index, noiseBlock(harness.random));
    return new Map([["os", disk]]);
  };
  const made = [];
  for (const disks of [make(), make()]) {
    harness.disks.clear();
    for (const [id, disk] of disks) harness.disks.set(id, disk);
    const before = new Set(harness.store.objects.keys());
    const { name } = await harness.replicate(await harness.open());
    harness.clock.advance(1_000);
    const objects = [...harness.store.objects.keys()].filter((object) => !before.has(object));
    made.push({ name, disks, objects });
  }
  const [first, second] = made;
  if (first === undefined || second === undefined) throw new Error("two points were made");
  return { harness, first, second };
}

function alter(store: MemoryStore, name: string, change: (bytes: Buffer) => Buffer): void {
  const object = store.objects.get(name);
  if (object === undefined) throw new Error(`no object ${name}`);
  store.objects.set(name, { ...object, bytes: change(Buffer.from(object.bytes)) });
}

const flip = (at: number) => (bytes: Buffer) => {
  bytes[at < 0 ? bytes.length + at : at] = (bytes[at < 0 ? bytes.length + at : at] ?? 0) ^ 0x10;
  return bytes;
};

const object = (names: readonly string[], kind: string): string => {
  const name = names.find((one) => one.startsWith(`${kind}/`));
  if (name === undefined) throw new Error(`no ${kind} object`);
  return name;
};

describe("damage to the vault", () => {
  const cases = [
    { what: "a flipped bit in a block", kind: "data", change: flip(1_000), code: "VaultPackDamaged" },
    { what: "a flipped bit in a page", kind: "tree", change: flip(100), code: "VaultPackDamaged" },
    {
      what: "a truncated pack of blocks",
      kind: "data",
      change: (b: Buffer) => b.subarray(0, 70_000),
      code: "VaultPackTruncated",
    },
    {
      what: "a truncated pack of pages",
      kind: "tree",
      change: (b: Buffer) => b.subarray(0, 100),
      code: "VaultPackTruncated",
    },
    { what: "a missing pack of blocks", kind: "data", change: null, code: "VaultPackMissing" },
    { what: "a missing pack of pages", kind: "tree", change: null, code: "VaultPackMissing" },
    { what: "a flipped bit in a point", kind: "points", change: flip(60), code: "VaultPointDamaged" },
    { what: "a truncated point", kind: "points", change: (b: Buffer) => b.subarray(0, 50), code: "VaultPointDamaged" },
    { what: "an empty point", kind: "points", change: (b: Buffer) => b.subarray(0, 0), code: "VaultPointDamaged" },
    { what: "a missing point", kind: "points", change: null, code: "VaultPointMissing" },
  ];

  it.each(cases)(
    "$what is a fault that names machine, point and object; the other point restores",
    async ({ kind, change, code }) => {
      const { harness, first, second } = await twoPoints();
      const name = object(first.objects, kind);
      if (change === null) harness.store.objects.delete(name);
      else alter(harness.store, name, change);
      const context = { machine: "CONTOSO-SQL", point: "18:00:30" };
      const vault = await openVaultReader(harness.store, harness.keys);
      const { problem } = await checkPoint(vault, first.name, context);
      expect(problem).toMatchObject({ code });
      for (const part of ["CONTOSO-SQL", "18:00:30", name]) expect(problem?.message).toContain(part);
      await expect(checkRestores(harness.store, first.name, first.disks)).rejects.toMatchObject({ code });
      await checkRestores(harness.store, second.name, second.disks);
      expect((await checkPoint(vault, second.name, context)).problem).toBeNull();
    },
  );

  it("is found by a check wherever in a pack a bit flips, or does not matter", async () => {
    const { harness, first } = await twoPoints();
    const name = object(first.objects, "data");
    const original = harness.store.objects.get(name);
    if (original === undefined) throw new Error("no pack");
    // Between the head (needed for a rebuild only: its salt is in the index too) and the sealed header.
    for (let at = 48; at < original.bytes.length - 500; at += 39_119) {
      alter(harness.store, name, flip(at));
      const vault = await openVaultReader(harness.store, harness.keys);
      const { problem } = await checkPoint(vault, first.name, { machine: "M", point: "P" });
      expect(problem, `bit at ${at}`).toMatchObject({ code: "VaultPackDamaged" });
      harness.store.objects.set(name, original);
    }
  });

  it("does not matter when it is an index that is missing or damaged: packs say themselves what they hold", async () => {
    for (const change of [null, flip(100), (bytes: Buffer) => bytes.subarray(0, 40)]) {
      const { harness, first, second } = await twoPoints();
      const name = object(first.objects, "index");
      if (change === null) harness.store.objects.delete(name);
      else alter(harness.store, name, change);
      await checkRestores(harness.store, first.name, first.disks);
      await checkRestores(harness.store, second.name, second.disks);
      const vault = await openVaultReader(harness.store, harness.keys);
      expect([...vault.index.damaged.keys()]).toEqual(change === null ? [] : [name]);
    }
  });

  it("can be mended where an index was lost", async () => {
    const { harness, first, second } = await twoPoints();
    for (const { objects } of [first, second]) harness.store.objects.delete(object(objects, "index"));
    expect(await rebuildIndex(harness.store, harness.keys, harness.random)).toEqual({ packsAdded: 4 });
    expect(await rebuildIndex(harness.store, harness.keys, harness.random)).toEqual({ packsAdded: 0 });
    await checkRestores(harness.store, first.name, first.disks);
  });

  it("names the lost index when a blob is found nowhere because of it", async () => {
    const { harness, first } = await twoPoints();
    const index = object(first.objects, "index");
    alter(harness.store, index, flip(70));
    harness.store.objects.delete(object(first.objects, "data"));
    const restoring = checkRestores(harness.store, first.name, first.disks);
    await expect(restoring).rejects.toMatchObject({ code: "VaultIndexDamaged" });
  });

  it("is repaired by a resynchronization: what is missing is noticed on connecting and stored again", async () => {
    for (const kind of ["data", "tree"]) {
      const { harness, second } = await twoPoints();
      const name = object(second.objects, kind);
      harness.store.objects.delete(name);
      const session = await harness.open();
      expect(session.health.missingPacks).toEqual([name]);
      const repaired = await harness.replicate(session);
      await checkRestores(harness.store, repaired.name, second.disks);
      // The old point names the same blocks and pages, so it is whole again too.
      await checkRestores(harness.store, second.name, second.disks);
    }
  });

  it("cannot be hidden by serving a genuine pack or point under another's name", async () => {
    const { harness, first, second } = await twoPoints();
    for (const kind of ["data", "points"]) {
      const [victim, other] = [object(first.objects, kind), object(second.objects, kind)];
      const original = harness.store.objects.get(victim);
      const swapped = harness.store.objects.get(other);
      if (original === undefined || swapped === undefined) throw new Error("missing");
      harness.store.objects.set(victim, swapped);
      await expect(checkRestores(harness.store, first.name, first.disks)).rejects.toMatchObject({
        code: kind === "data" ? "VaultPackDamaged" : "VaultPointDamaged",
      });
      harness.store.objects.set(victim, original);
    }
  });

  it("is one fault, however many packs are missing", async () => {
    const harness = new VaultHarness();
    const disk = new ModelDisk(32 * MIB);
    for (let index = 0; index < 300; index++) disk.setBlock(index, noiseBlock(harness.random));
    harness.disks.set("os", disk);
    const { name } = await harness.replicate(await harness.open());
    const packs = [...harness.store.objects.keys()].filter((one) => one.startsWith("data/"));
    expect(packs.length).toBeGreaterThan(3);
    const vault = await openVaultReader(harness.store, harness.keys);
    for (const pack of packs) harness.store.objects.delete(pack);
    const { problem } = await checkPoint(vault, name, { machine: "M", point: "P" });
    expect(problem).toMatchObject({ code: "VaultPackMissing" });
  });

  it("opens nothing with another vault's keys", async () => {
    const { harness, first } = await twoPoints();
    const foreign = openPoint(harness.store, testKeys(99), first.name, { machine: "M", point: "P" });
    await expect(foreign).rejects.toMatchObject({ code: "VaultPointDamaged" });
  });
});

describe("the verification of a restored disk", () => {
  it("fails when what is read back is not what was written, and leaves no file", async () => {
    const { harness, first } = await twoPoints();
    const context = { machine: "CONTOSO-SQL", point: "18:00:30" };
    const vault = await openVaultReader(harness.store, harness.keys);
    const [disk] = (await openPoint(harness.store, harness.keys, first.name, context)).disks;
    if (disk === undefined) throw new Error("the point has a disk");
    for (const offset of [12_345, 5 * 65_536 + 1]) {
      const fileSystem = new MemoryFileSystem();
      fileSystem.makeFolder("/replica");
      fileSystem.faults.flipOnRead = { pathContains: "disk.vhd", offset, bit: 3 };
      const request = {
        vault,
        disk,
        context,
        fileSystem,
        targetPath: "/replica/disk.vhd",
        format: "vhd-fixed" as const,
      };
      const restoring = materialise({ ...request, random: harness.random, clock: harness.clock });
      await expect(restoring).rejects.toMatchObject({ code: "RestoredDiskDiffers" });
      expect(fileSystem.list("/replica")).toEqual([]);
    }
  });

  it("reads the whole file when the bytes allocated do not prove its holes, and finds a stray block", async () => {
    const { harness, first } = await twoPoints();
    const context = { machine: "CONTOSO-SQL", point: "18:00:30" };
    const vault = await openVaultReader(harness.store, harness.keys);
    const [disk] = (await openPoint(harness.store, harness.keys, first.name, context)).disks;
    if (disk === undefined) throw new Error("the point has a disk");
    const fileSystem = new MemoryFileSystem();
    fileSystem.makeFolder("/replica");
    const targetPath = "/replica/disk.vhd";
    const request = { vault, disk, context, fileSystem, targetPath, format: "vhd-fixed" as const };
    let strayed = false;
    fileSystem.onCall = (call, path) => {
      if (call !== "sync" || strayed || !path.endsWith(".partial")) return;
      strayed = true;
      const file = fileSystem.open(path, "readwrite");
      file.write(2 * MIB, noiseBlock(harness.random));
      file.close();
    };
    const restoring = materialise({ ...request, random: harness.random, clock: harness.clock });
    await expect(restoring).rejects.toMatchObject({ code: "RestoredDiskDiffers" });
    expect(strayed).toBe(true);
    expect(fileSystem.list("/replica")).toEqual([]);
  });

  it("does not overwrite what is there unless told so, and replaces what a killed run left", async () => {
    const { harness, first } = await twoPoints();
    const context = { machine: "CONTOSO-SQL", point: "18:00:30" };
    const vault = await openVaultReader(harness.store, harness.keys);
    const [disk] = (await openPoint(harness.store, harness.keys, first.name, context)).disks;
    if (disk === undefined) throw new Error("the point has a disk");
    const fileSystem = new MemoryFileSystem();
    fileSystem.makeFolder("/replica");
    const vhd = { virtualSizeBytes: MIB, uniqueId: harness.random.uuid(), createdAt: harness.clock.now() };
    createFixedVhd(fileSystem, "/replica/disk.vhd.partial", vhd).close();
    const request = {
      ...{ vault, disk, context, fileSystem, targetPath: "/replica/disk.vhd", format: "vhd-fixed" as const },
      ...{ random: harness.random, clock: harness.clock },
    };
    expect((await materialise(request)).root).toBe(disk.root);
    await expect(materialise(request)).rejects.toMatchObject({ code: "FileExists" });
    expect((await materialise({ ...request, replace: true })).root).toBe(disk.root);
    expect(fileSystem.list("/replica")).toEqual(["disk.vhd"]);
  });

  it("is abandoned at once when aborted, and leaves no file", async () => {
    const { harness, first } = await twoPoints();
    const context = { machine: "CONTOSO-SQL", point: "18:00:30" };
    const vault = await openVaultReader(harness.store, harness.keys);
    const [disk] = (await openPoint(harness.store, harness.keys, first.name, context)).disks;
    if (disk === undefined) throw new Error("the point has a disk");
    const fileSystem = new MemoryFileSystem();
    fileSystem.makeFolder("/replica");
    const request = { vault, disk, context, fileSystem, targetPath: "/replica/disk.vhd", format: "vhd-fixed" as const };
    const signal = AbortSignal.abort();
    const restoring = materialise({ ...request, random: harness.random, clock: harness.clock, signal });
    await expect(restoring).rejects.toMatchObject({ name: "AbortError" });
    expect(fileSystem.list("/replica")).toEqual([]);
  });
});
