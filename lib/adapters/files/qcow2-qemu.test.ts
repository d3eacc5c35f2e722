import { execFileSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { qemuImages, type ImageShape } from "@/lib/testing/qemu-images";
import { nodeFileSystem } from "./node-file-system";

const { missing, newPath, qemu, rawOf } = qemuImages("qcow2", "qcow2 images of QEMU are not read");

const MIB = 2 ** 20;
const shapes: readonly ImageShape[] = [
  { name: "empty", bytes: 16 * MIB, writes: [] },
  { name: "sparse", bytes: 600 * MIB, writes: [[0, 512], [33 * MIB + 512, 8192], [600 * MIB - 512, 512]] }, // prettier-ignore
  { name: "full", bytes: 3 * MIB, writes: [[0, 3 * MIB]] },
  { name: "of no whole cluster", bytes: 7 * MIB + 1536, writes: [[65_024, 1024], [7 * MIB, 1536]] }, // prettier-ignore
  { name: "over 2 TiB", bytes: 3 * 2 ** 40, writes: [[0, 4096], [2 ** 41 - 512, 1024], [3 * 2 ** 40 - 512, 512]] }, // prettier-ignore
];
const kinds: readonly (readonly [name: string, options: string, compressed: boolean])[] = [
  ["version 2", "compat=0.10", false],
  ["version 3", "compat=1.1", false],
  ["version 3 with clusters of 4 KiB", "cluster_size=4k", false],
  ["version 3 with clusters of 2 MiB", "cluster_size=2M", false],
  ["version 3 with subclusters", "extended_l2=on", false],
  ["version 2, deflated", "compat=0.10", true],
  ["version 3, deflated", "compat=1.1", true],
  ["version 3, zstd", "compression_type=zstd", true],
  ["version 3, zstd with clusters of 2 MiB", "compression_type=zstd,cluster_size=2M", true],
];

/** Half noise, half text, so that some clusters shrink and some do not. */
function halfNoise(length: number): Buffer {
  return randomFillSync(Buffer.alloc(length, "an order and another; "), 0, Math.floor(length / 2));
}

function expectSame(image: string, raw: string, shape: ImageShape): void {
  const disk = openDisk(nodeFileSystem, image, "read");
  expect([disk.format, disk.virtualSizeBytes]).toEqual(["qcow2", shape.bytes]);
  const fd = fs.openSync(raw, "r");
  const compare = (begin: number, end: number): void => {
    const ours = Buffer.alloc(MIB);
    const theirs = Buffer.alloc(MIB);
    for (let at = begin; at < end; at += MIB) {
      const length = Math.min(MIB, end - at);
      disk.read(at, ours.subarray(0, length));
      fs.readSync(fd, theirs, 0, length, at);
      expect(ours.compare(theirs, 0, length, 0, length), `at ${at}`).toBe(0);
    }
  };
  if (shape.bytes <= 32 * MIB) compare(0, shape.bytes);
  const extents = disk.allocatedExtents();
  for (const [offset, length] of shape.writes) {
    compare(Math.max(0, offset - 65_536), Math.min(shape.bytes, offset + length + 65_536));
    expect(extents.some((e) => e.offsetBytes <= offset && e.offsetBytes + e.lengthBytes > offset)).toBe(true);
  }
  fs.closeSync(fd);
  disk.close();
}

describe.skipIf(missing).each(shapes)("a qcow2 image of QEMU that is $name", (shape) => {
  const raw = missing ? "" : rawOf(shape, halfNoise).raw;

  // Every kind where it matters most; small clusters cannot hold the tables of a large disk.
  const all = shape.name === "sparse" || shape.name === "of no whole cluster";
  it.each(all ? kinds : kinds.filter(([name]) => /^version 3(, deflated)?$/.test(name)))(
    "%s, is the same here in size and content",
    (_name, options, compressed) => {
      const image = newPath("qcow2");
      qemu("convert", ...(compressed ? ["-c"] : []), "-f", "raw", "-O", "qcow2", "-o", options, raw, image);
      expectSame(image, raw, shape);
    },
  );
});

describe.skipIf(missing)("a qcow2 image of QEMU", () => {
  it.each(["compat=1.1", "extended_l2=on"])(
    "over a backing file (%s) is the same as when QEMU merges it",
    (options) => {
      const shape: ImageShape = { name: "", bytes: 16 * MIB, writes: [[0, MIB], [5 * MIB, 300_032]] }; // prettier-ignore
      const { raw } = rawOf(shape, halfNoise);
      const middle = newPath("qcow2");
      const top = newPath("qcow2");
      qemu("create", "-q", "-f", "qcow2", "-b", path.basename(raw), "-F", "raw", middle);
      qemu("create", "-q", "-f", "qcow2", "-o", options, "-b", path.basename(middle), "-F", "qcow2", top, "20M");
      execFileSync("qemu-io", ["-c", "write -P 7 5000k 40k", "-c", "write -z 64k 256k", middle], { stdio: "ignore" });
      execFileSync("qemu-io", ["-c", "write -P 9 5010k 1k", "-c", "write -z 100k 3k", "-c", "write -P 3 19M 5k", top], { stdio: "ignore" }); // prettier-ignore
      const merged = newPath("raw");
      qemu("convert", "-O", "raw", top, merged);
      const disk = openDisk(nodeFileSystem, top, "read");
      expect(disk.files.length).toBe(3);
      disk.close();
      expectSame(top, merged, { name: "", bytes: 20 * MIB, writes: [[5010 * 1024, 1024], [19 * MIB, 5120], [0, MIB], [5000 * 1024, MIB]] }); // prettier-ignore
    },
  );
});
