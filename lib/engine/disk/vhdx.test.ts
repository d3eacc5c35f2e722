import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contentAt,
  makeVhdx,
  MIB,
  PARENT_PATH,
  readAll,
  readByExtents,
  VHDX_BYTES,
  VHDX_KINDS,
  VHDX_PATH,
} from "@/lib/testing/disk-shapes";
import { MemoryFileSystem, ProcessKilled } from "@/lib/testing/memory-file-system";
import { stamp } from "@/lib/testing/memory-file-tracking-kit";
import { crc32c } from "./crc32c";
import { createDifferencingVhdx, createVhdx } from "./create-vhdx";
import { openDisk } from "./open-disk";

const uniqueId = "00112233-4455-6677-8899-aabbccddeeff";

it("computes the checksum that the format's specification names", () => {
  // The check value of CRC-32C, and 32 zeros from RFC 3720, B.4.
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe306_9283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a91_36aa);
});

describe.each(VHDX_KINDS)("a VHDX, %s", (kind) => {
  it("reads back any sequence of writes, also after it was opened again", () => {
    const sectors = VHDX_BYTES / 512;
    const write = fc.record({
      sector: fc.nat(sectors - 1),
      count: fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 3000 })),
      zero: fc.boolean(),
      reopen: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 8 }), (writes) => {
        const fileSystem = new MemoryFileSystem();
        const model = makeVhdx(fileSystem, kind);
        let disk = openDisk(fileSystem, VHDX_PATH, "readwrite");
        writes.forEach(({ sector, count, zero, reopen }, generation) => {
          const length = Math.min(count, sectors - sector) * 512;
          const bytes = zero ? Buffer.alloc(length) : stamp(sector * 512, length, generation);
          disk.write(sector * 512, bytes);
          bytes.copy(model, sector * 512);
          if (!reopen) return;
          disk.close();
          disk = openDisk(fileSystem, VHDX_PATH, "readwrite");
        });
        expect(disk.format).toBe(`vhdx-${kind.replace("-4096", "")}`);
        expect(disk.logicalSectorBytes).toBe(kind.endsWith("4096") ? 4096 : 512);
        expect(readAll(disk).equals(model)).toBe(true);
        expect(readByExtents(disk).equals(model)).toBe(true);
        expect(contentAt(fileSystem, VHDX_PATH).equals(model)).toBe(true);
      }),
      { numRuns: 10, seed: 7 },
    );
  });

  it.each([0, 0.4])("killed at any call, has each sector as before or as written (torn to %d)", (tornShare) => {
    const script = [[0, 512], [MIB - 512, 1024], [MIB - 4096, 4096], [4096, 1536], [2 * MIB, MIB], [3 * MIB + 512, 512]] as const; // prettier-ignore
    for (let killAtCall = 1; ; killAtCall++) {
      const before = new MemoryFileSystem();
      const old = makeVhdx(before, kind);
      const fileSystem = before.restart({ killAtCall, tornShare });
      const now = Buffer.from(old);
      let killed = false;
      try {
        const disk = openDisk(fileSystem, VHDX_PATH, "readwrite");
        script.forEach(([offset, length], step) => {
          stamp(offset, length, step + 1).copy(now, offset);
          disk.write(offset, now.subarray(offset, offset + length));
          now.copy(old, offset, offset, offset + length);
        });
      } catch (error) {
        if (!(error instanceof ProcessKilled)) throw error;
        killed = true;
      }
      expectOldOrNew(contentAt(before, VHDX_PATH), old, now);
      const repaired = openDisk(before.restart(), VHDX_PATH, "readwrite");
      expectOldOrNew(readAll(repaired), old, now);
      // Whatever the killed writer left behind must not shine through what comes next.
      for (const at of [300 * 1024, MIB + 300 * 1024, 2 * MIB + 8192]) {
        const next = stamp(at, 512, 99);
        repaired.write(at, next);
        for (const state of [old, now]) next.copy(state, at);
      }
      expectOldOrNew(contentAt(before, VHDX_PATH), old, now);
      if (!killed) return;
    }
  });

  it("survives a full medium in the middle of growing, and goes on when there is space again", () => {
    for (let pages = 0; pages <= 24; pages += 6) {
      const fileSystem = new MemoryFileSystem();
      const old = makeVhdx(fileSystem, kind);
      const disk = openDisk(fileSystem, VHDX_PATH, "readwrite");
      fileSystem.faults = { capacityBytes: fileSystem.medium.allocatedBytes() + pages * 4096 };
      const now = Buffer.from(old);
      stamp(MIB, 40_960, 2).copy(now, MIB);
      try {
        disk.write(MIB, now.subarray(MIB, MIB + 40_960));
      } catch (error) {
        expect(error).toMatchObject({ code: "StorageFull" });
      }
      fileSystem.faults = {};
      for (const state of [old, now]) stamp(2 * MIB + 4096, 512, 3).copy(state, 2 * MIB + 4096);
      disk.write(2 * MIB + 4096, stamp(2 * MIB + 4096, 512, 3));
      expectOldOrNew(contentAt(fileSystem, VHDX_PATH), old, now);
    }
  });
});

function expectOldOrNew(content: Buffer, old: Buffer, now: Buffer): void {
  const same = (other: Buffer, at: number, length: number): boolean =>
    content.compare(other, at, Math.min(at + length, other.length), at, Math.min(at + length, content.length)) === 0;
  for (let block = 0; block < content.length; block += 65_536) {
    if (same(now, block, 65_536)) continue;
    for (let at = block; at < Math.min(block + 65_536, content.length); at += 512) {
      if (!same(now, at, 512) && !same(old, at, 512)) expect.fail(`the sector at ${at} is neither old nor new`);
    }
  }
}

describe("a dynamic VHDX", () => {
  it("takes space for what was written only, far beyond 2 TiB, and none for zeros", () => {
    const fileSystem = new MemoryFileSystem();
    const far = 63 * 2 ** 40;
    const disk = createVhdx(fileSystem, "/far.vhdx", "dynamic", { virtualSizeBytes: 64 * 2 ** 40, uniqueId });
    const before = disk.linkageId;
    disk.write(0, Buffer.alloc(MIB));
    expect(disk.linkageId).toBe(before);
    disk.write(far, stamp(far, 4096, 1));
    disk.close();
    const again = openDisk(fileSystem, "/far.vhdx", "read");
    const into = Buffer.alloc(8192);
    again.read(far, into);
    expect(into.equals(Buffer.concat([stamp(far, 4096, 1), Buffer.alloc(4096)]))).toBe(true);
    expect(again.allocatedExtents()).toEqual([{ offsetBytes: far, lengthBytes: 32 * MIB }]);
    expect(fileSystem.medium.allocatedBytes()).toBeLessThan(MIB);
    const create = (virtualSizeBytes: number) =>
      createVhdx(fileSystem, "/more.vhdx", "dynamic", { virtualSizeBytes, uniqueId });
    expect(() => create(64 * 2 ** 40 + 512)).toThrowError(expect.objectContaining({ code: "DiskTooLargeForFormat" }) as Error); // prettier-ignore
  });
});

it("has new ids in both headers before the first change after each open, and the old ones when nothing changes", () => {
  const fileSystem = new MemoryFileSystem();
  makeVhdx(fileSystem, "dynamic");
  const ids = (): string[] =>
    [65_536, 131_072].map((offset) => {
      const header = Buffer.alloc(4096);
      fileSystem.open(VHDX_PATH, "read").read(offset, header);
      return header.toString("hex", 16, 48);
    });
  const before = ids();
  openDisk(fileSystem, VHDX_PATH, "readwrite").write(0, Buffer.alloc(512));
  expect(ids()).toEqual(before);
  const disk = openDisk(fileSystem, VHDX_PATH, "readwrite");
  disk.write(0, stamp(0, 512, 1));
  const after = ids();
  expect(after[0]).toBe(after[1]);
  expect(after[0]).not.toBe(before[0]);
  disk.write(0, stamp(0, 512, 2));
  expect(ids()).toEqual(after);
});

describe("a chain of VHDX", () => {
  function chain(): { fileSystem: MemoryFileSystem; model: Buffer } {
    const fileSystem = new MemoryFileSystem();
    const model = makeVhdx(fileSystem, "differencing");
    const middle = openDisk(fileSystem, VHDX_PATH, "readwrite");
    middle.write(MIB, stamp(MIB, 1024, 2));
    middle.write(5120, Buffer.alloc(512));
    stamp(MIB, 1024, 2).copy(model, MIB);
    model.fill(0, 5120, 5632);
    createDifferencingVhdx(fileSystem, "/top.vhdx", middle, { uniqueId, blockBytes: 2 * MIB }).close();
    middle.close();
    return { fileSystem, model };
  }
  const codeOfOpening = (fileSystem: MemoryFileSystem, path = "/top.vhdx"): string => {
    try {
      openDisk(fileSystem, path, "read").close();
      return "opened";
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it("of three files is one disk, whose lower files stay as they are", () => {
    const { fileSystem, model } = chain();
    const top = openDisk(fileSystem, "/top.vhdx", "readwrite");
    expect(top.files.map((file) => file.path)).toEqual(["/top.vhdx", VHDX_PATH, PARENT_PATH]);
    expect(readAll(top).equals(model)).toBe(true);
    const below = contentAt(fileSystem, VHDX_PATH);
    top.write(MIB + 512, stamp(MIB + 512, 65_536, 3));
    stamp(MIB + 512, 65_536, 3).copy(model, MIB + 512);
    // Zeros over the parent's data are data; zeros over its zeros are nothing.
    top.write(4096, Buffer.alloc(512));
    model.fill(0, 4096, 4608);
    const size = top.file.sizeBytes();
    top.write(2 * MIB, Buffer.alloc(65_536));
    expect(top.file.sizeBytes()).toBe(size);
    expect(readAll(top).equals(model)).toBe(true);
    expect(readByExtents(top).equals(model)).toBe(true);
    expect(contentAt(fileSystem, "/top.vhdx").equals(model)).toBe(true);
    expect(contentAt(fileSystem, VHDX_PATH).equals(below)).toBe(true);
  });

  it("is refused when a parent is missing, was written to, or is another one", () => {
    const missing = chain().fileSystem;
    missing.rename(PARENT_PATH, "/elsewhere.vhdx");
    expect(codeOfOpening(missing)).toBe("ParentDiskMissing");
    const written = chain().fileSystem;
    const parent = openDisk(written, PARENT_PATH, "readwrite");
    expect(codeOfOpening(written)).toBe("opened");
    parent.write(0, stamp(0, 512, 9));
    expect(codeOfOpening(written)).toBe("ParentDiskChanged");
    const swapped = chain().fileSystem;
    swapped.rename("/top.vhdx", PARENT_PATH);
    expect(codeOfOpening(swapped, VHDX_PATH)).toBe("ParentChainInvalid");
    const raw = chain().fileSystem;
    raw.create(PARENT_PATH, { replace: true }).write(0, Buffer.from("conectix"));
    expect(codeOfOpening(raw)).toBe("NotADiskImage");
  });
});
