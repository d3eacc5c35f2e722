import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentAt, MIB, readAll, readByExtents } from "@/lib/testing/disk-shapes";
import { MemoryFileSystem, ProcessKilled } from "@/lib/testing/memory-file-system";
import { stamp } from "@/lib/testing/memory-file-tracking-kit";
import { createDifferencingVhd, createDynamicVhd, createFixedVhd } from "./create-vhd";
import { openDisk } from "./open-disk";

const BYTES = 4 * MIB + 1536;
const id = (digit: number): { uniqueId: string; createdAt: Date } => ({
  uniqueId: `0011223${digit}-4455-6677-8899-aabbccddeeff`,
  createdAt: new Date(0),
});

/** base.vhd (fixed or dynamic) <- middle.vhd <- top.vhd, with data in the lower two. */
function chain(base: "fixed" | "dynamic"): { fileSystem: MemoryFileSystem; model: Buffer } {
  const fileSystem = new MemoryFileSystem();
  const model = Buffer.alloc(BYTES);
  const make = base === "fixed" ? createFixedVhd : createDynamicVhd;
  const bottom = make(fileSystem, "/base.vhd", { virtualSizeBytes: BYTES, ...id(0) });
  const put = (disk: Pick<typeof bottom, "write">, offset: number, length: number, generation: number): void => {
    disk.write(offset, stamp(offset, length, generation));
    stamp(offset, length, generation).copy(model, offset);
  };
  put(bottom, 0, 8192, 1);
  put(bottom, 4 * MIB, 1536, 1);
  const middle = createDifferencingVhd(fileSystem, "/middle.vhd", bottom, id(1));
  put(middle, 4096, 1024, 2);
  put(middle, 2 * MIB, 512, 2);
  createDifferencingVhd(fileSystem, "/top.vhd", middle, id(2)).close();
  middle.close();
  bottom.close();
  return { fileSystem, model };
}

function codeOfOpening(fileSystem: MemoryFileSystem, path = "/top.vhd"): string {
  try {
    openDisk(fileSystem, path, "read").close();
    return "opened";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe.each(["fixed", "dynamic"] as const)("a chain of VHDs over a %s one", (base) => {
  it("reads back any sequence of writes, and leaves the lower files as they are", () => {
    const write = fc.record({
      sector: fc.nat(BYTES / 512 - 1),
      count: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5000 })),
      zero: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 6 }), (writes) => {
        const { fileSystem, model } = chain(base);
        const below = contentAt(fileSystem, "/middle.vhd");
        const disk = openDisk(fileSystem, "/top.vhd", "readwrite");
        expect(disk.format).toBe("vhd-differencing");
        writes.forEach(({ sector, count, zero }, generation) => {
          const length = Math.min(count * 512, BYTES - sector * 512);
          const bytes = zero ? Buffer.alloc(length) : stamp(sector * 512, length, generation + 10);
          disk.write(sector * 512, bytes);
          bytes.copy(model, sector * 512);
        });
        expect(readAll(disk).equals(model)).toBe(true);
        expect(readByExtents(disk).equals(model)).toBe(true);
        expect(contentAt(fileSystem, "/top.vhd").equals(model)).toBe(true);
        expect(contentAt(fileSystem, "/middle.vhd").equals(below)).toBe(true);
      }),
      { numRuns: 10, seed: 5 },
    );
  });
});

describe("a chain of VHDs", () => {
  it("killed at any call, has each sector as before or as written", () => {
    const script = [
      [512, 512],
      [2 * MIB - 512, 1024],
      [4 * MIB, 512],
    ] as const;
    for (let killAtCall = 1; ; killAtCall++) {
      const { fileSystem: before, model: old } = chain("dynamic");
      const now = Buffer.from(old);
      const fileSystem = before.restart({ killAtCall, tornShare: 0.4 });
      let killed = false;
      try {
        const disk = openDisk(fileSystem, "/top.vhd", "readwrite");
        for (const [offset, length] of script) {
          stamp(offset, length, 9).copy(now, offset);
          disk.write(offset, now.subarray(offset, offset + length));
          now.copy(old, offset, offset, offset + length);
        }
      } catch (error) {
        if (!(error instanceof ProcessKilled)) throw error;
        killed = true;
      }
      const repaired = openDisk(before.restart(), "/top.vhd", "readwrite");
      for (const at of [8192, 2 * MIB + 4096]) {
        repaired.write(at, stamp(at, 512, 99));
        for (const state of [old, now]) stamp(at, 512, 99).copy(state, at);
      }
      const content = contentAt(before, "/top.vhd");
      for (const [offset, length] of script) {
        for (let at = offset; at < offset + length; at += 512) {
          const sector = content.subarray(at, at + 512);
          if (!sector.equals(now.subarray(at, at + 512))) expect(sector.equals(old.subarray(at, at + 512))).toBe(true);
        }
        old.copy(content, offset, offset, offset + length);
      }
      expect(content.equals(old), `killed at call ${killAtCall}`).toBe(true);
      if (!killed) return;
    }
  });

  it("is refused when a parent is missing, is another one, or lies outside of the folder", () => {
    const { fileSystem } = chain("dynamic");
    expect(codeOfOpening(fileSystem)).toBe("opened");
    fileSystem.rename("/base.vhd", "/moved.vhd");
    expect(codeOfOpening(fileSystem)).toBe("ParentDiskMissing");
    createDynamicVhd(fileSystem, "/base.vhd", { virtualSizeBytes: BYTES, ...id(7) }).close();
    expect(codeOfOpening(fileSystem)).toBe("ParentDiskChanged");
    fileSystem.remove("/base.vhd");
    fileSystem.rename("/top.vhd", "/base.vhd");
    expect(codeOfOpening(fileSystem, "/middle.vhd")).toBe("ParentChainInvalid");
  });

  it("finds a parent by the last part of its path when the chain was moved as a whole, and never outside the folder", () => {
    const { fileSystem } = chain("dynamic");
    fileSystem.makeFolder("/moved/there");
    for (const name of ["base", "middle", "top"]) fileSystem.rename(`/${name}.vhd`, `/moved/there/${name}.vhd`);
    expect(codeOfOpening(fileSystem, "/moved/there/top.vhd")).toBe("opened");
    // The locator now points up and out; a file of the right id is there, and is not looked at.
    fileSystem.rename("/moved/there/middle.vhd", "/moved/middle.vhd");
    const file = fileSystem.open("/moved/there/top.vhd", "readwrite");
    const all = Buffer.alloc(file.sizeBytes());
    file.read(0, all);
    const at = all.indexOf(Buffer.from(".\\middle.vhd", "utf16le"));
    file.write(at, Buffer.from("..\\middle.vh", "utf16le"));
    expect(codeOfOpening(fileSystem, "/moved/there/top.vhd")).toBe("ParentDiskMissing");
  });
});
