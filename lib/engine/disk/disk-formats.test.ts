import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryFileSystem, ProcessKilled } from "@/lib/testing/memory-file-system";
import { Fault } from "@/lib/kernel/fault";
import { createDynamicVhd, createFixedVhd } from "./create-vhd";
import type { Disk } from "./disk";
import { openDisk } from "./open-disk";

type TestedFormat = "raw" | "vhd-fixed" | "vhd-dynamic";

const MIB = 2 ** 20;
const identity = { uniqueId: "00112233-4455-6677-8899-aabbccddeeff", createdAt: new Date(0) };

function create(fileSystem: MemoryFileSystem, format: TestedFormat, virtualSizeBytes: number): string {
  const path = format === "raw" ? "/disk.raw" : "/disk.vhd";
  switch (format) {
    case "raw": {
      const file = fileSystem.create(path);
      file.truncate(virtualSizeBytes);
      file.close();
      break;
    }
    case "vhd-fixed":
      createFixedVhd(fileSystem, path, { virtualSizeBytes, ...identity }).close();
      break;
    case "vhd-dynamic":
      createDynamicVhd(fileSystem, path, { virtualSizeBytes, ...identity }).close();
      break;
  }
  return path;
}

function readAll(disk: Disk): Buffer {
  const all = Buffer.alloc(disk.virtualSizeBytes, 0xcc);
  disk.read(0, all);
  return all;
}

/** Bytes that say where they belong and by which write they came. */
function stamp(offset: number, length: number, generation: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 16) {
    bytes.writeDoubleLE(offset + at, at);
    bytes.writeUInt32LE(generation, at + 8);
    bytes.writeUInt32LE(0xfeed_face, at + 12);
  }
  return bytes;
}

describe.each<TestedFormat>(["raw", "vhd-fixed", "vhd-dynamic"])("a %s disk", (format) => {
  it("reads back any sequence of writes, also after it was opened again", () => {
    const sectors = (5 * MIB) / 512 + 3;
    const write = fc.record({
      sector: fc.integer({ min: 0, max: sectors - 1 }),
      count: fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 5000 })),
      zero: fc.boolean(),
      reopen: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), (writes) => {
        const fileSystem = new MemoryFileSystem();
        const path = create(fileSystem, format, sectors * 512);
        const model = Buffer.alloc(sectors * 512);
        let disk = openDisk(fileSystem, path, "readwrite");
        writes.forEach(({ sector, count, zero, reopen }, generation) => {
          const length = Math.min(count, sectors - sector) * 512;
          const bytes = zero ? Buffer.alloc(length) : stamp(sector * 512, length, generation);
          disk.write(sector * 512, bytes);
          bytes.copy(model, sector * 512);
          if (reopen) {
            disk.close();
            disk = openDisk(fileSystem, path, "readwrite");
          }
        });
        expect(disk.format).toBe(format);
        expect(readAll(disk).equals(model)).toBe(true);
        const inExtents = Buffer.alloc(model.length);
        for (const { offsetBytes, lengthBytes } of disk.allocatedExtents()) {
          disk.read(offsetBytes, inExtents.subarray(offsetBytes, offsetBytes + lengthBytes));
        }
        expect(inExtents.equals(model)).toBe(true);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it("refuses to be written when it was opened for reading", () => {
    const fileSystem = new MemoryFileSystem();
    const disk = openDisk(fileSystem, create(fileSystem, format, MIB), "read");
    expect(() => disk.write(0, Buffer.alloc(512))).toThrow(Fault);
    expect(() => disk.read(100, Buffer.alloc(512))).toThrow(/sectors/);
    expect(() => disk.read(MIB, Buffer.alloc(512))).toThrow(/outside/);
  });
});

describe("a dynamic disk", () => {
  it("takes space for what was written only, also far beyond 2 GiB, and none for zeros", () => {
    const fileSystem = new MemoryFileSystem();
    const path = create(fileSystem, "vhd-dynamic", 1023 * 2 ** 30);
    const disk = openDisk(fileSystem, path, "readwrite");
    disk.write(0, Buffer.alloc(4 * MIB));
    expect(disk.allocatedExtents()).toEqual([]);
    const far = 1000 * 2 ** 30;
    disk.write(far, stamp(far, 4096, 1));
    disk.write(512, stamp(512, 512, 1));
    disk.close();
    const again = openDisk(fileSystem, path, "read");
    const into = Buffer.alloc(4096);
    again.read(far, into);
    expect(into.equals(stamp(far, 4096, 1))).toBe(true);
    expect(again.allocatedExtents()).toEqual([
      { offsetBytes: 0, lengthBytes: 2 * MIB },
      { offsetBytes: far, lengthBytes: 2 * MIB },
    ]);
    expect(again.file.sizeBytes()).toBeLessThan(8 * MIB);
  });

  it("reads zero where a block's bitmap has no bit, whatever the file holds there, and sets bits when it writes", () => {
    const fileSystem = new MemoryFileSystem();
    const path = create(fileSystem, "vhd-dynamic", 4 * MIB);
    const first = openDisk(fileSystem, path, "readwrite");
    first.write(0, stamp(0, 2 * MIB, 1));
    first.close();
    const file = fileSystem.open(path, "readwrite");
    const table = Buffer.alloc(4);
    file.read(1536, table);
    const bitmapOffset = table.readUInt32BE() * 512;
    const bitmap = Buffer.alloc(512);
    bitmap[0] = 0b0100_0000; // Sector 1 only.
    bitmap[511] = 0b0000_0001; // And the last.
    file.write(bitmapOffset, bitmap);
    const disk = openDisk(fileSystem, path, "readwrite");
    const expected = Buffer.alloc(4 * MIB);
    stamp(0, 2 * MIB, 1).copy(expected, 512, 512, 1024);
    stamp(0, 2 * MIB, 1).copy(expected, 2 * MIB - 512, 2 * MIB - 512, 2 * MIB);
    expect(readAll(disk).equals(expected)).toBe(true);
    expect(disk.allocatedExtents()).toEqual([
      { offsetBytes: 0, lengthBytes: 65_536 },
      { offsetBytes: 2 * MIB - 65_536, lengthBytes: 65_536 },
    ]);
    disk.write(4096, stamp(4096, 1024, 2));
    stamp(4096, 1024, 2).copy(expected, 4096);
    disk.write(0, Buffer.alloc(1024));
    expected.fill(0, 0, 1024);
    expect(readAll(disk).equals(expected)).toBe(true);
    expect(readAll(openDisk(fileSystem, path, "read")).equals(expected)).toBe(true);
  });

  it("survives a full medium in the middle of growing, and goes on when there is space again", () => {
    for (let capacity = 0; capacity <= 16; capacity++) {
      const fileSystem = new MemoryFileSystem();
      const path = create(fileSystem, "vhd-dynamic", 8 * MIB);
      const disk = openDisk(fileSystem, path, "readwrite");
      disk.write(0, stamp(0, 4096, 1));
      fileSystem.faults = { capacityBytes: fileSystem.medium.allocatedBytes() + capacity * 4096 };
      const big = stamp(2 * MIB, 40_960, 2);
      try {
        disk.write(2 * MIB, big);
      } catch (error) {
        expect(error).toMatchObject({ code: "StorageFull" });
      }
      fileSystem.faults = {};
      // Another block now takes the place where the failed one left its pieces.
      disk.write(4 * MIB + 8192, stamp(4 * MIB + 8192, 512, 3));
      const expected = Buffer.alloc(8 * MIB);
      stamp(0, 4096, 1).copy(expected, 0);
      stamp(4 * MIB + 8192, 512, 3).copy(expected, 4 * MIB + 8192);
      const now = readAll(openDisk(fileSystem.restart(), path, "read"));
      now.fill(0, 2 * MIB, 2 * MIB + big.length);
      expect(now.equals(expected)).toBe(true);
    }
  });
});

describe("a kill at any call", () => {
  const script: readonly (readonly [offset: number, length: number])[] = [
    [0, 512],
    [2 * MIB - 512, 1024],
    [512, 4096],
    [6 * MIB, 2048],
    [4 * MIB, 512],
    [6 * MIB + 1024, 4096],
  ];

  function run(fileSystem: MemoryFileSystem, path: string, done: (step: number) => void): void {
    const disk = openDisk(fileSystem, path, "readwrite");
    script.forEach(([offset, length], step) => {
      disk.write(offset, stamp(offset, length, step + 1));
      done(step);
    });
    disk.close();
  }

  it.each([0, 0.4, 1])("loses no finished write and leaves a sound file (torn to %d)", (tornShare) => {
    for (let killAtCall = 1; ; killAtCall++) {
      const before = new MemoryFileSystem();
      const path = create(before, "vhd-dynamic", 8 * MIB);
      const fileSystem = before.restart({ killAtCall, tornShare });
      let finished = 0;
      let killed = false;
      try {
        run(fileSystem, path, (step) => (finished = step + 1));
      } catch (error) {
        if (!(error instanceof ProcessKilled)) throw error;
        killed = true;
      }
      checkAfterKill(before, path, finished, killed);
      if (!killed) return;
    }
  });

  function checkAfterKill(medium: MemoryFileSystem, path: string, finished: number, killed: boolean): void {
    const model = Buffer.alloc(8 * MIB);
    script.slice(0, finished).forEach(([offset, length], step) => stamp(offset, length, step + 1).copy(model, offset));
    const next = killed ? script[finished] : undefined;
    // The write that was interrupted may be there in part; everything else is as it was.
    const mask = (all: Buffer): Buffer => (next === undefined ? all : all.fill(0, next[0], next[0] + next[1]));
    mask(model);
    expect(mask(readAll(openDisk(medium.restart(), path, "read"))).equals(model)).toBe(true);
    const repaired = openDisk(medium.restart(), path, "readwrite");
    expect(mask(readAll(repaired)).equals(model)).toBe(true);
    repaired.write(7 * MIB, stamp(7 * MIB, 512, 99));
    expect(hasFooterAtEnd(medium, path)).toBe(true);
    stamp(7 * MIB, 512, 99).copy(model, 7 * MIB);
    expect(mask(readAll(openDisk(medium.restart(), path, "read"))).equals(model)).toBe(true);
  }

  function hasFooterAtEnd(medium: MemoryFileSystem, path: string): boolean {
    const file = medium.restart().open(path, "read");
    const last = Buffer.alloc(512);
    file.read(file.sizeBytes() - 512, last);
    return last.toString("latin1", 0, 8) === "conectix";
  }
});
