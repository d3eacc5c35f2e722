import { execFileSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createVmdk, type VmdkKind } from "@/lib/engine/disk/create-vmdk";
import type { Disk } from "@/lib/engine/disk/disk";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { qemuImages, type ImageShape } from "@/lib/testing/qemu-images";
import { nodeFileSystem } from "./node-file-system";

const { missing, newPathAlone: newPath, qemu, rawOf } = qemuImages("vmdk", "VMDKs are not compared with QEMU's");

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const KINDS = ["monolithicFlat", "monolithicSparse", "twoGbMaxExtentFlat", "twoGbMaxExtentSparse"] as const;

const shapes: readonly ImageShape[] = [
  { name: "empty", bytes: 16 * MIB, writes: [] },
  { name: "one sector", bytes: 512, writes: [[0, 512]] },
  { name: "sparse", bytes: 64 * MIB, writes: [[0, 512], [33 * MIB + 512, 8192], [64 * MIB - 512, 512]] }, // prettier-ignore
  { name: "full", bytes: 2 * MIB, writes: [[0, 2 * MIB]] },
  { name: "of no whole grain", bytes: 7 * MIB + 1536, writes: [[65_024, 1024], [7 * MIB, 1536]] }, // prettier-ignore
  { name: "larger than 4 GiB", bytes: 5 * GIB + 512, writes: [[2 * GIB - 2 * MIB, 4 * MIB], [4 * GIB, 65_536], [5 * GIB, 512]] }, // prettier-ignore
];
const huge: ImageShape = { name: "over 2 TiB", bytes: 3 * 2 ** 40, writes: [[0, 4096], [2 ** 41 - 512, 1024], [3 * 2 ** 40 - 512, 512]] }; // prettier-ignore

const identical = (raw: string, image: string): void => {
  expect(qemu("compare", "-f", "raw", "-F", "vmdk", raw, image)).toMatch(/identical/);
};
const sizeOf = (image: string): number =>
  (JSON.parse(qemu("info", "--output=json", image)) as { "virtual-size": number })["virtual-size"];

/** What lies outside of the extents that the disk names must be zero in the raw file, so these are compared too. */
function expectSameContent(disk: Disk, raw: string, shape: ImageShape): void {
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
  if (shape.bytes <= GIB) compare(0, shape.bytes);
  for (const [offset, length] of shape.writes) {
    compare(Math.max(0, offset - 65_536), Math.min(shape.bytes, offset + length + 65_536));
    if (disk.format === "vmdk-flat" || shape.bytes <= GIB) continue;
    const covered = disk
      .allocatedExtents()
      .some((e) => e.offsetBytes <= offset && e.offsetBytes + e.lengthBytes > offset);
    expect(covered, `${offset} is in the extents`).toBe(true);
  }
  fs.closeSync(fd);
}

function make(kind: VmdkKind, shape: ImageShape): { image: string; raw: string } {
  const { raw, pieces } = rawOf(shape);
  const image = newPath("disk.vmdk");
  const disk = createVmdk(nodeFileSystem, image, { kind, virtualSizeBytes: shape.bytes, contentId: "1234abcd" });
  for (const { offset, bytes } of pieces) disk.write(offset, bytes);
  disk.close();
  return { image, raw };
}

describe.skipIf(missing).each(shapes)("a VMDK that is $name", (shape) => {
  // Every kind where it matters most.
  const all = shape.name === "sparse" || shape.name.startsWith("larger") || shape.name.startsWith("of no");
  const kinds = all ? KINDS : (["monolithicSparse"] as const);
  it.each(kinds)("made here as %s, is sound and the same to QEMU in size and content", (kind) => {
    const { image, raw } = make(kind, shape);
    expect(sizeOf(image)).toBe(shape.bytes);
    identical(raw, image);
    if (kind.endsWith("Sparse")) expect(qemu("check", "-f", "vmdk", image)).toMatch(/No errors were found/);
  });

  it.each([...kinds, "streamOptimized"])("made by QEMU as %s, is the same here in size and content", (kind) => {
    const { raw } = rawOf(shape);
    const image = newPath("disk.vmdk");
    qemu("convert", "-f", "raw", "-O", "vmdk", "-o", `subformat=${kind}`, raw, image);
    const disk = openDisk(nodeFileSystem, image, "read");
    expect(disk.virtualSizeBytes).toBe(shape.bytes);
    expectSameContent(disk, raw, shape);
    disk.close();
  });
});

describe.skipIf(missing)("a VMDK", () => {
  it("over 2 TiB made here is the same to QEMU where data is", () => {
    // Comparing all of it takes QEMU minutes: it asks for each grain whether it is there.
    const image = newPath("disk.vmdk");
    const vmdk = { kind: "monolithicSparse", virtualSizeBytes: huge.bytes, contentId: "1234abcd" } as const;
    const disk = createVmdk(nodeFileSystem, image, vmdk);
    for (const [offset, length] of huge.writes) disk.write(offset, Buffer.alloc(length, 0x5a));
    disk.close();
    expect(sizeOf(image)).toBe(huge.bytes);
    const reads = huge.writes.flatMap(([at, length]) => [
      "-c",
      `read -P 0x5a ${at} ${length}`,
      "-c",
      "read -P 0 1T 64k",
    ]);
    const answer = execFileSync("qemu-io", ["-r", "-f", "vmdk", ...reads, image], { encoding: "utf8" });
    expect(answer).not.toMatch(/failed/i);
    expect(answer.match(/^read \d+\/\d+ bytes/gm)?.length).toBe(2 * huge.writes.length);
  });

  it("over 2 TiB made by QEMU is the same here", () => {
    const { raw } = rawOf(huge);
    const image = newPath("disk.vmdk");
    qemu("convert", "-f", "raw", "-O", "vmdk", raw, image);
    const disk = openDisk(nodeFileSystem, image, "read");
    expectSameContent(disk, raw, huge);
    expect(disk.allocatedExtents().length).toBe(3);
    disk.close();
  });

  it.each(KINDS)("made by QEMU as %s is written here and read back by QEMU", (kind) => {
    const image = newPath("disk.vmdk");
    qemu("create", "-f", "vmdk", "-o", `subformat=${kind}`, image, "64M");
    const { raw, pieces } = rawOf({ name: "", bytes: 64 * MIB, writes: [[0, 4096], [9 * MIB - 512, 1024], [63 * MIB, MIB]] }); // prettier-ignore
    const disk = openDisk(nodeFileSystem, image, "readwrite");
    for (const { offset, bytes } of pieces) disk.write(offset, bytes);
    disk.close();
    identical(raw, image);
  });

  it.each(["monolithicSparse", "twoGbMaxExtentSparse"] as const)(
    "made here as %s is written by QEMU and read back here",
    (kind) => {
      const image = newPath("disk.vmdk");
      createVmdk(nodeFileSystem, image, { kind, virtualSizeBytes: 32 * MIB, contentId: "1234abcd" }).close();
      const shape: ImageShape = { name: "", bytes: 32 * MIB, writes: [[0, 512], [17 * MIB, 3 * MIB]] }; // prettier-ignore
      const { raw } = rawOf(shape);
      qemu("convert", "-n", "-f", "raw", "-O", "vmdk", raw, image);
      const disk = openDisk(nodeFileSystem, image, "readwrite");
      expectSameContent(disk, raw, shape);
      disk.close();
    },
  );

  it("with a snapshot made by QEMU is a chain here, is written here, and is the same to QEMU", () => {
    const base = newPath("base.vmdk");
    const child = path.join(path.dirname(base), "child.vmdk");
    const { raw, pieces } = rawOf({ name: "", bytes: 16 * MIB, writes: [[0, MIB], [5 * MIB, 65_536]] }); // prettier-ignore
    qemu("convert", "-f", "raw", "-O", "vmdk", raw, base);
    execFileSync("qemu-img", ["create", "-f", "vmdk", "-b", "base.vmdk", "-F", "vmdk", "child.vmdk"], {
      cwd: path.dirname(base),
    });
    const disk = openDisk(nodeFileSystem, child, "readwrite");
    expect(disk.files.length).toBe(2);
    const change = randomFillSync(Buffer.alloc(3072));
    for (const at of [1024, 5 * MIB + 65_536 - 1024, 10 * MIB]) {
      disk.write(at, change);
      const fd = fs.openSync(raw, "r+");
      fs.writeSync(fd, change, 0, change.length, at);
      fs.closeSync(fd);
    }
    expectSameContent(disk, raw, { name: "", bytes: 16 * MIB, writes: [] });
    disk.close();
    identical(raw, child);
    expect(pieces.length).toBe(2);
  });
});
