import fs from "node:fs";
import { describe, expect, it } from "vitest";
import { createDynamicVhd, createFixedVhd } from "@/lib/engine/disk/create-vhd";
import type { Disk } from "@/lib/engine/disk/disk";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { qemuImages, type ImageShape } from "@/lib/testing/qemu-images";
import { nodeFileSystem } from "./node-file-system";

const { missing, newPath, qemu, rawOf } = qemuImages("vhd", "VHDs are not compared with QEMU's");

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const identity = { uniqueId: "00112233-4455-6677-8899-aabbccddeeff", createdAt: new Date(Date.UTC(2016, 2, 1)) };

const shapes: readonly ImageShape[] = [
  { name: "empty", bytes: 16 * MIB, writes: [] },
  { name: "one sector", bytes: 512, writes: [[0, 512]] },
  { name: "sparse", bytes: 64 * MIB, writes: [[0, 512], [33 * MIB + 512, 8192], [64 * MIB - 512, 512]] }, // prettier-ignore
  { name: "full", bytes: 12 * MIB, writes: [[0, 12 * MIB]] },
  { name: "of no whole block", bytes: 7 * MIB + 1536, writes: [[2 * MIB - 512, 1024], [7 * MIB, 1536]] }, // prettier-ignore
  { name: "larger than 2 GiB", bytes: 5 * GIB + 512, writes: [[2 * GIB - 512, 1024], [4 * GIB, 65_536], [5 * GIB, 512]] }, // prettier-ignore
  { name: "larger than the geometry", bytes: 200 * GIB, writes: [[0, 512], [190 * GIB, 4096]] }, // prettier-ignore
];

function virtualSizeBytes(image: string): number {
  const info = JSON.parse(qemu("info", "-f", "vpc", "--output=json", image)) as { "virtual-size": number };
  return info["virtual-size"];
}

function expectSameContent(disk: Disk, raw: string): void {
  const fd = fs.openSync(raw, "r");
  const ours = Buffer.alloc(4 * MIB);
  const theirs = Buffer.alloc(4 * MIB);
  // Huge and sparse ones are compared where data is, and at the edges of it.
  const everything = disk.virtualSizeBytes <= GIB;
  const extents = everything ? [{ offsetBytes: 0, lengthBytes: disk.virtualSizeBytes }] : disk.allocatedExtents();
  for (const { offsetBytes, lengthBytes } of extents) {
    const end = Math.min(offsetBytes + lengthBytes, offsetBytes + 64 * MIB);
    for (let at = offsetBytes; at < end; at += ours.length) {
      const length = Math.min(ours.length, end - at);
      disk.read(at, ours.subarray(0, length));
      fs.readSync(fd, theirs, 0, length, at);
      expect(ours.compare(theirs, 0, length, 0, length), `at ${at}`).toBe(0);
    }
  }
  fs.closeSync(fd);
}

describe.skipIf(missing).each(shapes)("a VHD that is $name", (shape) => {
  it.each(["fixed", "dynamic"] as const)("made here as %s, is the same to QEMU in size and content", (type) => {
    const { raw, pieces } = rawOf(shape);
    const image = newPath("vhd");
    const make = type === "fixed" ? createFixedVhd : createDynamicVhd;
    const disk = make(nodeFileSystem, image, { virtualSizeBytes: shape.bytes, ...identity });
    for (const { offset, bytes } of pieces) disk.write(offset, bytes);
    disk.close();
    expect(virtualSizeBytes(image)).toBe(shape.bytes);
    expect(qemu("compare", "-f", "raw", "-F", "vpc", raw, image)).toMatch(/identical/);
  });

  it.each(["fixed", "dynamic"] as const)("made by QEMU as %s, is the same here in size and content", (type) => {
    const { raw } = rawOf(shape);
    const image = newPath("vhd");
    qemu("convert", "-f", "raw", "-O", "vpc", "-o", `subformat=${type},force_size=on`, raw, image);
    const disk = openDisk(nodeFileSystem, image, "read");
    expect([disk.format, disk.virtualSizeBytes]).toEqual([`vhd-${type}`, shape.bytes]);
    expectSameContent(disk, raw);
    disk.close();
  });
});

describe.skipIf(missing)("a dynamic VHD made by QEMU", () => {
  it("is written here, and read back by QEMU", () => {
    const image = newPath("vhd");
    qemu("create", "-f", "vpc", "-o", "subformat=dynamic,force_size=on", image, "64M");
    const { raw, pieces } = rawOf({ name: "", bytes: 64 * MIB, writes: [[0, 4096], [9 * MIB - 512, 1024], [63 * MIB, MIB]] }); // prettier-ignore
    const disk = openDisk(nodeFileSystem, image, "readwrite");
    for (const { offset, bytes } of pieces) disk.write(offset, bytes);
    disk.close();
    expect(qemu("compare", "-f", "raw", "-F", "vpc", raw, image)).toMatch(/identical/);
  });

  it("of a size that its geometry rounds up, has that size here too", () => {
    for (const type of ["fixed", "dynamic"]) {
      const image = newPath("vhd");
      qemu("create", "-f", "vpc", "-o", `subformat=${type}`, image, "10000K");
      const disk = openDisk(nodeFileSystem, image, "read");
      expect(disk.virtualSizeBytes).toBe(virtualSizeBytes(image));
      disk.close();
    }
  });

  it("is written by QEMU after it was made here, and read back here", () => {
    const image = newPath("vhd");
    createDynamicVhd(nodeFileSystem, image, { virtualSizeBytes: 32 * MIB, ...identity }).close();
    const { raw } = rawOf({ name: "", bytes: 32 * MIB, writes: [[0, 512], [17 * MIB, 3 * MIB]] }); // prettier-ignore
    qemu("convert", "-n", "-f", "raw", "-O", "vpc", raw, image);
    const disk = openDisk(nodeFileSystem, image, "read");
    expectSameContent(disk, raw);
    disk.close();
  });
});
