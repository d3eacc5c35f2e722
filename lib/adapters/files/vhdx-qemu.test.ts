import { execFileSync, spawnSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import fs from "node:fs";
import { describe, expect, it } from "vitest";
import { createVhdx, createDifferencingVhdx } from "@/lib/engine/disk/create-vhdx";
import { convertDisk, type Converted } from "@/lib/engine/disk/convert-disk";
import type { CreatableFormat } from "@/lib/engine/disk/create-disk";
import { openDisk } from "@/lib/engine/disk/open-disk";
import { qemuImages, type ImageShape } from "@/lib/testing/qemu-images";
import { nodeFileSystem } from "./node-file-system";

const { missing, newPath, qemu, rawOf } = qemuImages("vhdx", "VHDX are not compared with QEMU's");

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const identity = { uniqueId: "00112233-4455-6677-8899-aabbccddeeff", createdAt: new Date(Date.UTC(2016, 2, 1)) };

const shapes: readonly ImageShape[] = [
  { name: "empty", bytes: 16 * MIB, writes: [] },
  { name: "one sector", bytes: 512, writes: [[0, 512]] },
  { name: "sparse", bytes: 64 * MIB, writes: [[0, 512], [33 * MIB + 512, 8192], [64 * MIB - 512, 512]] }, // prettier-ignore
  { name: "full", bytes: 12 * MIB, writes: [[0, 12 * MIB]] },
  { name: "of no whole block", bytes: 7 * MIB + 1536, writes: [[2 * MIB - 512, 1024], [7 * MIB, 1536]] }, // prettier-ignore
  { name: "over 2 TiB", bytes: 3 * 1024 * GIB, writes: [[0, 512], [2 * 1024 * GIB - 512, 1024], [3 * 1024 * GIB - 512, 512]] }, // prettier-ignore
];

/** `-f vhdx` and no error: QEMU finds nothing to complain of in headers, tables and log. */
function expectSound(image: string, bytes: number): void {
  expect(qemu("check", "-f", "vhdx", image)).toMatch(/No errors/);
  const info = JSON.parse(qemu("info", "-f", "vhdx", "--output=json", image)) as { "virtual-size": number };
  expect(info["virtual-size"]).toBe(bytes);
}

function convert(sourcePath: string, targetPath: string, format: CreatableFormat): Converted {
  const run = convertDisk({ fileSystem: nodeFileSystem, sourcePath, targetPath, format, ...identity });
  for (;;) {
    const step = run.next();
    if (step.done === true) return step.value;
  }
}

/** Hexadecimal dumps of what was written, as qemu-io reads it. */
function readByQemu(image: string, shape: ImageShape, format = "vhdx"): string[] {
  const reads = shape.writes.flatMap(([offset, length]) => ["-c", `read -v ${String(offset)} ${String(length)}`]);
  const dump = execFileSync("qemu-io", ["-r", "-f", format, ...reads, image], { encoding: "utf8" });
  return dump.split("\n").filter((line) => /^[0-9a-f]{8,}:/.test(line));
}

/** Both ways at the edges of what was written; the whole of a small disk. */
function expectSameContent(image: string, raw: string, shape: ImageShape): void {
  const disk = openDisk(nodeFileSystem, image, "read");
  const fd = fs.openSync(raw, "r");
  const whole = shape.bytes <= GIB ? [[0, shape.bytes] as const] : shape.writes;
  for (const [offset, length] of whole) {
    const [ours, theirs] = [Buffer.alloc(length), Buffer.alloc(length)];
    disk.read(offset, ours);
    fs.readSync(fd, theirs, 0, length, offset);
    expect(ours.equals(theirs), `at ${offset}`).toBe(true);
  }
  fs.closeSync(fd);
  disk.close();
}

describe.skipIf(missing).each(shapes)("a VHDX that is $name", (shape) => {
  const isSmall = shape.bytes <= GIB;

  it.each(["fixed", "dynamic"] as const)("made here as %s, is the same to QEMU in size and content", (type) => {
    const { raw } = rawOf(shape);
    const image = newPath("vhdx");
    const disk = createVhdx(nodeFileSystem, image, type, { virtualSizeBytes: shape.bytes, ...identity });
    const fd = fs.openSync(raw, "r");
    for (const [offset, length] of shape.writes) {
      const bytes = Buffer.alloc(length);
      fs.readSync(fd, bytes, 0, length, offset);
      disk.write(offset, bytes);
    }
    fs.closeSync(fd);
    disk.close();
    expectSound(image, shape.bytes);
    if (isSmall) expect(qemu("compare", "-f", "raw", "-F", "vhdx", raw, image)).toMatch(/identical/);
    // QEMU would read all the holes of a VHDX, for minutes: of a huge one, what was written is read by it.
    else expect(readByQemu(image, shape)).toEqual(readByQemu(raw, shape, "raw"));
  });

  it.each(["fixed", "dynamic"] as const)("made by QEMU as %s, is the same here in size and content", (type) => {
    const { raw } = rawOf(shape);
    const image = newPath("vhdx");
    if (!isSmall) return; // It would write all the holes, too.
    qemu("convert", "-f", "raw", "-O", "vhdx", "-o", `subformat=${type}`, raw, image);
    const disk = openDisk(nodeFileSystem, image, "read");
    expect(disk.virtualSizeBytes).toBe(shape.bytes);
    disk.close();
    expectSameContent(image, raw, shape);
  });
});

describe.skipIf(missing)("a VHDX of QEMU", () => {
  it("whose writer was killed between its log and its table, is read here as QEMU repairs it", () => {
    const image = newPath("vhdx");
    qemu("create", "-f", "vhdx", image, "64M");
    const io = (file: string, ...commands: string[]) =>
      spawnSync("qemu-io", [...commands.flatMap((command) => ["-c", command]), file], { encoding: "utf8" });
    io(image, "write -P 3 1M 1M");
    // Writes to the block table fail: its change stays in the log.
    const options = [
      `driver=vhdx,file.driver=blkdebug,file.image.filename=${image}`,
      `file.inject-error.0.event=none,file.inject-error.0.iotype=write,file.inject-error.0.sector=${String((2 * MIB) / 512)}`,
    ].join(",");
    spawnSync("qemu-io", ["-c", `open -o ${options}`, "-c", "write -P 5 40M 64k", "-c", "abort"], { encoding: "utf8" });
    const header = fs.readFileSync(image).subarray(65_536, 65_536 + 196_608);
    const dirty = [48, 65_536 + 48].some((at) => !header.subarray(at, at + 16).equals(Buffer.alloc(16)));
    expect(dirty, "QEMU left its log to be applied").toBe(true);
    const before = fs.readFileSync(image);
    const ours = newPath("raw");
    convert(image, ours, "raw");
    expect(fs.readFileSync(image).equals(before), "reading changes nothing").toBe(true);
    const copy = newPath("vhdx");
    fs.copyFileSync(image, copy);
    openDisk(nodeFileSystem, copy, "readwrite").close();
    expectSound(copy, 64 * MIB);
    spawnSync("qemu-img", ["check", "-r", "all", "-f", "vhdx", image]);
    expect(qemu("compare", "-f", "vhdx", "-F", "raw", image, ours)).toMatch(/identical/);
    expect(qemu("compare", "-f", "vhdx", "-F", "vhdx", image, copy)).toMatch(/identical/);
  });

  it("is written here and read back by QEMU, and the other way round", () => {
    const image = newPath("vhdx");
    qemu("create", "-f", "vhdx", image, "96M");
    const { raw } = rawOf({ name: "", bytes: 96 * MIB, writes: [[0, 4096], [9 * MIB - 512, 1024], [95 * MIB, MIB]] }); // prettier-ignore
    const content = fs.readFileSync(raw);
    const disk = openDisk(nodeFileSystem, image, "readwrite");
    for (let at = 0; at < content.length; at += MIB) disk.write(at, content.subarray(at, at + MIB));
    disk.close();
    expectSound(image, 96 * MIB);
    expect(qemu("compare", "-f", "raw", "-F", "vhdx", raw, image)).toMatch(/identical/);
    const { raw: other } = rawOf({ name: "", bytes: 96 * MIB, writes: [[MIB, 5 * MIB], [50 * MIB, 512]] }); // prettier-ignore
    const ours = newPath("vhdx");
    createVhdx(nodeFileSystem, ours, "dynamic", { virtualSizeBytes: 96 * MIB, ...identity }).close();
    qemu("convert", "-n", "-f", "raw", "-O", "vhdx", other, ours);
    expectSameContent(ours, other, { name: "", bytes: 96 * MIB, writes: [] });
  });

  it("becomes the parent of a chain; VHDX in, fixed VHD out, VHDX back, and QEMU finds them identical", () => {
    const { raw } = rawOf({ name: "", bytes: 40 * MIB, writes: [[0, 3 * MIB], [20 * MIB, MIB]] }); // prettier-ignore
    const base = newPath("vhdx");
    qemu("convert", "-f", "raw", "-O", "vhdx", raw, base);
    const child = newPath("vhdx");
    const parent = openDisk(nodeFileSystem, base, "read");
    const disk = createDifferencingVhdx(nodeFileSystem, child, parent, identity);
    parent.close();
    const fd = fs.openSync(raw, "r+");
    for (const at of [512, 21 * MIB - 512, 39 * MIB]) {
      const bytes = randomFillSync(Buffer.alloc(1024));
      disk.write(at, bytes);
      fs.writeSync(fd, bytes, 0, bytes.length, at);
    }
    fs.closeSync(fd);
    disk.close();
    const [vhd, back] = [newPath("vhd"), newPath("vhdx")];
    convert(child, vhd, "vhd-fixed");
    expect(qemu("compare", "-f", "raw", "-F", "vpc", raw, vhd)).toMatch(/identical/);
    expect(fs.statSync(vhd).blocks * 512).toBeLessThan(6 * MIB);
    convert(vhd, back, "vhdx-dynamic");
    expectSound(back, 40 * MIB);
    expect(qemu("compare", "-f", "raw", "-F", "vhdx", raw, back)).toMatch(/identical/);
  });
});
