import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { contentOf, stamp } from "@/lib/testing/memory-file-tracking-kit";
import { createDisk } from "../disk/create-disk";
import { openDisk } from "../disk/open-disk";
import { openFrozenView } from "./frozen-view";
import { openTrackedDisk } from "./open-tracked-disk";
import type { TrackedDisk } from "./tracked-disk";
import { readWriteLogs } from "./write-log";

const MIB = 2 ** 20;
const BLOCK = 65_536;
const DISK_BYTES = 5 * MIB;
const PATH = "/vm/disk.vmdk";

/** The file that a guest's writes go to. */
const FORMATS = [
  ["vmdk-sparse", PATH],
  ["vmdk-flat", "/vm/disk-flat.vmdk"],
  ["vmdk-split", "/vm/disk-s001.vmdk"],
] as const;

function freshDisk(format: (typeof FORMATS)[number][0]): { fileSystem: MemoryFileSystem; disk: TrackedDisk } {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeFolder("/vm");
  const uniqueId = "00112233-4455-4677-8899-aabbccddeeff";
  createDisk(fileSystem, PATH, format, {
    ...{ virtualSizeBytes: DISK_BYTES, uniqueId, createdAt: new Date(0) },
  }).close();
  return { fileSystem, disk: openTracked(fileSystem) };
}

function openTracked(fileSystem: MemoryFileSystem): TrackedDisk {
  const disk = openDisk(fileSystem, PATH, "readwrite");
  return openTrackedDisk({ disk, fileSystem, folder: "/tracking", diskId: "disk-0" });
}

/** A disk whose first cut was committed, with one write since. */
function replicatedDisk(format: (typeof FORMATS)[number][0]): { fileSystem: MemoryFileSystem; disk: TrackedDisk } {
  const { fileSystem, disk } = freshDisk(format);
  disk.enableTracking();
  disk.write(0, stamp(0, 4096, 1));
  disk.beginCut("first");
  disk.releaseCut({ committed: true });
  disk.write(7 * BLOCK, stamp(7 * BLOCK, 512, 2));
  return { fileSystem, disk };
}

describe.each(FORMATS)("a tracked disk of the format %s", (format, dataPath) => {
  it("goes on with its logs after it was closed in order, and after a kill", () => {
    const { fileSystem, disk } = replicatedDisk(format);
    disk.close();
    const reopened = openTracked(fileSystem.restart());
    expect(reopened.fullReadReason).toBeNull();
    reopened.write(9 * BLOCK, stamp(9 * BLOCK, 512, 3));
    const again = openTracked(fileSystem.restart());
    expect(again.fullReadReason).toBeNull();
    again.write(11 * BLOCK, stamp(11 * BLOCK, 512, 4));
    expect([...readWriteLogs(fileSystem, again.beginCut("next").writeLogPaths ?? [])]).toEqual([7, 9, 11]);
  });

  it("notices that somebody wrote to its data while it was closed", () => {
    const { fileSystem, disk } = replicatedDisk(format);
    disk.close();
    const file = fileSystem.open(dataPath, "readwrite");
    file.write(file.sizeBytes() - 512, Buffer.alloc(512, 7));
    file.close();
    expect(openTracked(fileSystem.restart()).fullReadReason).toMatch(/changed or replaced/);
  });

  it("can be read as it was at the cut, while the guest makes it grow between any two calls of the reader", () => {
    const write = fc.record({ sector: fc.nat(DISK_BYTES / 512 - 1), count: fc.integer({ min: 1, max: 900 }) });
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 4 }),
        fc.array(write, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 3 }),
        (before, during, every) => {
          const { fileSystem, disk } = freshDisk(format);
          let generation = 0;
          const put = ({ sector, count }: { sector: number; count: number }): void => {
            const length = Math.min(count * 512, DISK_BYTES - sector * 512);
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
          const view = openFrozenView(reader, { imagePath: PATH, preservePath: cut.preservePath });
          const byExtents = Buffer.alloc(DISK_BYTES);
          for (const { offsetBytes, lengthBytes } of view.allocatedExtents())
            view.read(offsetBytes, byExtents.subarray(offsetBytes, offsetBytes + lengthBytes));
          expect(byExtents.equals(model)).toBe(true);
          expect(contentOf(view).equals(model)).toBe(true);
          view.close();
        },
      ),
      { numRuns: 60, seed: 5 },
    );
  });
});

it("is not taken for damaged when it grows between the look at its file's size and the look at its tables", () => {
  const { fileSystem, disk } = freshDisk("vmdk-sparse");
  const cut = disk.beginCut("cut");
  const reader = fileSystem.restart();
  const view = openFrozenView(reader, { imagePath: PATH, preservePath: cut.preservePath });
  let measured = false;
  reader.onCall = (call) => {
    if (call === "sizeBytes") measured = true;
    else if (call === "read" && measured) {
      reader.onCall = undefined;
      disk.write(0, stamp(0, 4 * MIB, 1));
    }
  };
  const all = Buffer.alloc(DISK_BYTES);
  for (const { offsetBytes, lengthBytes } of view.allocatedExtents())
    view.read(offsetBytes, all.subarray(offsetBytes, offsetBytes + lengthBytes));
  expect(measured).toBe(true);
  expect(all.equals(Buffer.alloc(DISK_BYTES))).toBe(true);
  view.close();
});
