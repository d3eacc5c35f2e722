import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "@/lib/kernel/fault";
import { makeVhdx, PARENT_PATH, VHDX_PATH } from "@/lib/testing/disk-shapes";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { contentOf, createImage, IMAGE_PATH, openTracked, stamp } from "@/lib/testing/memory-file-tracking-kit";
import { openDisk } from "../disk/open-disk";
import { type FrozenView, openFrozenView } from "./frozen-view";
import { openTrackedDisk } from "./open-tracked-disk";
import type { TrackedDisk } from "./tracked-disk";

const MIB = 2 ** 20;
const BLOCK = 65_536;

function codeOf(call: () => unknown): string {
  try {
    call();
    return "no fault";
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

function tracked(bytes: number): { fileSystem: MemoryFileSystem; disk: TrackedDisk } {
  const fileSystem = new MemoryFileSystem();
  createImage(fileSystem, bytes);
  return { fileSystem, disk: openTracked(fileSystem) };
}

function viewOf(fileSystem: MemoryFileSystem, preservePath: string): FrozenView {
  return openFrozenView(fileSystem.restart(), { imagePath: IMAGE_PATH, preservePath });
}

/** Only what `allocatedExtents` names is read, as the replication does; the rest must be zero. */
function contentByExtents(view: FrozenView): Buffer {
  const all = Buffer.alloc(view.virtualSizeBytes);
  for (const { offsetBytes, lengthBytes } of view.allocatedExtents()) {
    view.read(offsetBytes, all.subarray(offsetBytes, offsetBytes + lengthBytes));
  }
  return all;
}

describe("a frozen view", () => {
  it("still has what the file has given back as a hole since the cut", () => {
    const fileSystem = new MemoryFileSystem();
    const raw = fileSystem.create("/disk.raw");
    raw.truncate(MIB);
    raw.close();
    const image = openDisk(fileSystem, "/disk.raw", "readwrite");
    const disk = openTrackedDisk({ disk: image, fileSystem, folder: "/tracking", diskId: "disk-0" });
    disk.write(3 * BLOCK, Buffer.alloc(BLOCK, 7));
    const model = contentOf(disk);
    const cut = disk.beginCut("cut");
    disk.write(3 * BLOCK, Buffer.alloc(BLOCK));
    const inode = fileSystem.medium.files.get("/disk.raw");
    for (let page = (3 * BLOCK) / 4096; page < (4 * BLOCK) / 4096; page += 1) inode?.punchHole(page);
    const view = openFrozenView(fileSystem.restart(), { imagePath: "/disk.raw", preservePath: cut.preservePath });
    expect(contentByExtents(view).equals(model)).toBe(true);
    expect(view.allocatedExtents()).toEqual([{ offsetBytes: 3 * BLOCK, lengthBytes: BLOCK }]);
    view.close();
  });

  it("is the cut, while the guest writes between any two calls of the reader", () => {
    const write = fc.record({ sector: fc.nat((5 * MIB) / 512 - 1), count: fc.integer({ min: 1, max: 300 }) });
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 6 }),
        fc.array(write, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 3 }),
        (before, during, every) => {
          const { fileSystem, disk } = tracked(5 * MIB);
          let generation = 0;
          const put = ({ sector, count }: { sector: number; count: number }): void => {
            const length = Math.min(count * 512, 5 * MIB - sector * 512);
            disk.write(sector * 512, stamp(sector * 512, length, ++generation));
          };
          before.forEach(put);
          const model = contentOf(disk);
          const cut = disk.beginCut("cut");
          const reader = fileSystem.restart();
          let calls = 0;
          reader.onCall = () => {
            const next = ++calls % every === 0 ? during[calls / every] : undefined;
            if (next !== undefined) put(next);
          };
          const view = openFrozenView(reader, { imagePath: IMAGE_PATH, preservePath: cut.preservePath });
          expect(contentByExtents(view).equals(model)).toBe(true);
          expect(contentOf(view).equals(model)).toBe(true);
          expect(disk.releaseCut({ committed: false })).toBe(true);
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  it("is the cut, when it reads between any two calls of the guest's writes", () => {
    const { fileSystem, disk } = tracked(5 * MIB);
    disk.enableTracking();
    disk.write(0, stamp(0, 4 * BLOCK, 1));
    disk.write(4 * MIB, stamp(4 * MIB, 512, 1));
    const model = contentOf(disk);
    const cut = disk.beginCut("cut");
    const early = viewOf(fileSystem, cut.preservePath);
    let reads = 0;
    const check = (view: FrozenView): void => {
      for (const at of [0, BLOCK, 2 * MIB, 4 * MIB]) {
        const into = Buffer.alloc(BLOCK);
        view.read(at, into);
        expect(into.equals(model.subarray(at, at + BLOCK)), `read ${reads} at ${at}`).toBe(true);
      }
      reads += 1;
    };
    fileSystem.onCall = () => {
      check(early);
      // One that opens in the middle of things, too: while the file grows.
      const late = viewOf(fileSystem, cut.preservePath);
      check(late);
      late.close();
    };
    disk.write(512, stamp(512, 512, 2));
    disk.write(BLOCK - 512, stamp(BLOCK - 512, 1024, 2));
    disk.write(2 * MIB, stamp(2 * MIB, 4096, 2));
    disk.write(2 * MIB + 4096, stamp(2 * MIB + 4096, 4096, 3));
    disk.write(4 * MIB, Buffer.alloc(BLOCK));
    fileSystem.onCall = undefined;
    expect(reads).toBeGreaterThan(20);
  });

  it("reads zeros from a block that came into the dynamic disk after the cut, whenever the reader opened it", () => {
    const { fileSystem, disk } = tracked(6 * MIB);
    disk.write(0, stamp(0, 512, 1));
    const model = contentOf(disk);
    const cut = disk.beginCut("cut");
    disk.write(2 * MIB, stamp(2 * MIB, 512, 2));
    const between = viewOf(fileSystem, cut.preservePath);
    disk.write(4 * MIB + BLOCK, stamp(4 * MIB + BLOCK, 512, 2));
    const after = viewOf(fileSystem, cut.preservePath);
    for (const view of [between, after]) {
      expect(contentOf(view).equals(model)).toBe(true);
      expect(contentByExtents(view).equals(model)).toBe(true);
    }
    expect(between.allocatedExtents()).toEqual([
      { offsetBytes: 0, lengthBytes: 4 * MIB },
      { offsetBytes: 4 * MIB + BLOCK, lengthBytes: BLOCK },
    ]);
    expect(after.allocatedExtents()).toEqual([{ offsetBytes: 0, lengthBytes: 6 * MIB }]);
  });

  it("takes no space in the preserve log for blocks that were zero, and preserves a block once", () => {
    const { fileSystem, disk } = tracked(6 * MIB);
    disk.write(0, stamp(0, BLOCK, 1));
    const { preservePath } = disk.beginCut("cut");
    const size = (): number => fileSystem.restart().open(preservePath, "read").sizeBytes();
    disk.write(2 * MIB, stamp(2 * MIB, 2 * BLOCK, 2));
    expect(size()).toBe(64 + 2 * 32);
    disk.write(512, stamp(512, 512, 2));
    expect(size()).toBe(64 + 3 * 32 + BLOCK);
    for (let at = 0; at < BLOCK; at += 512) disk.write(at, stamp(at, 512, 3));
    expect(size()).toBe(64 + 3 * 32 + BLOCK);
  });

  it("ends with the cut: released, replaced or never there", () => {
    const { fileSystem, disk } = tracked(MIB);
    const first = disk.beginCut("c1");
    const view = viewOf(fileSystem, first.preservePath);
    const into = Buffer.alloc(BLOCK);
    view.read(0, into);
    const second = disk.beginCut("c2");
    expect(codeOf(() => view.read(0, into))).toBe("CutVoid");
    const next = viewOf(fileSystem, second.preservePath);
    disk.releaseCut({ committed: true });
    expect(codeOf(() => next.read(0, into))).toBe("CutVoid");
    expect(codeOf(() => viewOf(fileSystem, first.preservePath))).toBe("CutVoid");
  });

  it("does not take the next cut's preserve log for its own when an id is used again", () => {
    const { fileSystem, disk } = tracked(MIB);
    disk.write(0, stamp(0, 512, 1));
    const view = viewOf(fileSystem, disk.beginCut("same").preservePath);
    disk.releaseCut({ committed: false });
    disk.write(0, stamp(0, 512, 2));
    disk.beginCut("same");
    expect(codeOf(() => view.read(0, Buffer.alloc(BLOCK)))).toBe("CutVoid");
  });

  it("reports a preserve log that was damaged, at any bit of an entry's head and in its data", () => {
    const { fileSystem, disk } = tracked(MIB);
    disk.write(0, stamp(0, BLOCK, 1));
    const { preservePath } = disk.beginCut("cut");
    disk.write(0, stamp(0, 512, 2));
    for (const offset of [0, 8, 63, 64, 68, 72, 76, 80, 96, 5000, 96 + BLOCK - 1]) {
      const reader = fileSystem.restart({ flipOnRead: { pathContains: preservePath, offset, bit: 5 } });
      const read = (): void => {
        const view = openFrozenView(reader, { imagePath: IMAGE_PATH, preservePath });
        view.read(0, Buffer.alloc(BLOCK));
      };
      expect(codeOf(read), `offset ${offset}`).toBe("PreserveLogDamaged");
    }
  });
});

describe("a view of an image at rest", () => {
  it("notices that somebody else writes it", () => {
    const { fileSystem, disk } = tracked(2 * MIB);
    disk.write(0, stamp(0, 512, 1));
    const view = openFrozenView(fileSystem.restart(), { imagePath: IMAGE_PATH, preservePath: null });
    const into = Buffer.alloc(BLOCK);
    view.read(0, into);
    expect(into.subarray(0, 512).equals(stamp(0, 512, 1))).toBe(true);
    openDisk(fileSystem, IMAGE_PATH, "readwrite").write(MIB, stamp(MIB, 512, 2));
    expect(codeOf(() => view.read(0, into))).toBe("ImageChangedWhileReading");
    expect(codeOf(() => view.allocatedExtents())).toBe("ImageChangedWhileReading");
  });

  it("notices that somebody else writes a parent", () => {
    const fileSystem = new MemoryFileSystem();
    makeVhdx(fileSystem, "differencing");
    const view = openFrozenView(fileSystem.restart(), { imagePath: VHDX_PATH, preservePath: null });
    view.read(0, Buffer.alloc(BLOCK));
    openDisk(fileSystem, PARENT_PATH, "readwrite").write(MIB, stamp(MIB, 512, 2));
    expect(codeOf(() => view.read(0, Buffer.alloc(BLOCK)))).toBe("ImageChangedWhileReading");
  });

  it("makes several workers read one and the same state", () => {
    const { fileSystem } = tracked(2 * MIB);
    const source = { imagePath: IMAGE_PATH, preservePath: null };
    const first = openFrozenView(fileSystem, source);
    const { identity } = first;
    openFrozenView(fileSystem, { ...source, identity }).close();
    openDisk(fileSystem, IMAGE_PATH, "readwrite").write(0, stamp(0, 512, 1));
    expect(codeOf(() => openFrozenView(fileSystem, { ...source, identity }))).toBe("ImageChangedWhileReading");
  });
});
