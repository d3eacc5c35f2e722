import { describe, expect, it } from "vitest";
import { Fault } from "@/lib/kernel/fault";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { createDynamicVhd, createFixedVhd } from "./create-vhd";
import { openDisk } from "./open-disk";
import { vhdChecksum } from "./vhd-footer";

const MIB = 2 ** 20;
const TABLE_OFFSET = 1536;
const identity = { uniqueId: "00112233-4455-6677-8899-aabbccddeeff", createdAt: new Date(0) };

function codeOf(call: () => unknown): string {
  try {
    call();
    return "no fault";
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

function codeOfOpening(fileSystem: MemoryFileSystem, path: string): string {
  const asReader = codeOf(() => openDisk(fileSystem, path, "read").close());
  const asWriter = codeOf(() => openDisk(fileSystem, path, "readwrite").close());
  expect(asWriter).toBe(asReader);
  return asReader;
}

/** An 8 MiB disk with its blocks 0 and 2 in the file. */
function dynamicImage(): { fileSystem: MemoryFileSystem; path: string } {
  const fileSystem = new MemoryFileSystem();
  const disk = createDynamicVhd(fileSystem, "/d.vhd", { virtualSizeBytes: 8 * MIB, ...identity });
  disk.write(0, Buffer.alloc(512, 1));
  disk.write(4 * MIB, Buffer.alloc(512, 2));
  disk.close();
  return { fileSystem, path: "/d.vhd" };
}

function patch(fileSystem: MemoryFileSystem, path: string, offset: number, bytes: Uint8Array): void {
  const file = fileSystem.open(path, "readwrite");
  file.write(offset, bytes);
  file.close();
}

function fileOf(content: Uint8Array, path: string): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  const file = fileSystem.create(path);
  file.write(0, content);
  file.close();
  return fileSystem;
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Changes the dynamic disk header and makes its checksum right again. */
function patchHeader(fileSystem: MemoryFileSystem, path: string, change: (header: Buffer) => void): void {
  const file = fileSystem.open(path, "readwrite");
  const header = Buffer.alloc(1024);
  file.read(512, header);
  change(header);
  header.writeUInt32BE(vhdChecksum(header, 36), 36);
  file.write(512, header);
  file.close();
}

describe("what is not a disk image", () => {
  it.each([
    ["an empty file", "/a.raw", Buffer.alloc(0), "NotADiskImage"],
    ["an empty VHD", "/a.vhd", Buffer.alloc(0), "NotADiskImage"],
    ["a text", "/a.vhd", Buffer.from("This is not a disk."), "NotADiskImage"],
    ["a raw image of half a sector", "/a.img", Buffer.alloc(700), "NotADiskImage"],
    ["a file of zeros with another name", "/a.bin", Buffer.alloc(4096), "NotADiskImage"],
    [
      "the mark of a VHDX and nothing else",
      "/a.vhd",
      Buffer.concat([Buffer.from("vhdxfile"), Buffer.alloc(4088)]),
      "VhdxTruncated",
    ],
    [
      "a qcow2 called raw",
      "/a.raw",
      Buffer.concat([Buffer.from("QFI\xfb", "latin1"), Buffer.alloc(508)]),
      "Qcow2Unsupported",
    ],
    ["nothing but a cookie", "/a.vhd", Buffer.from("conectix"), "NotADiskImage"],
    [
      "a footer without a sum",
      "/a.vhd",
      Buffer.concat([Buffer.from("conectix"), Buffer.alloc(504)]),
      "VhdChecksumMismatch",
    ],
  ])("%s is refused", (_what, path, content, code) => {
    expect(codeOfOpening(fileOf(content, path), path)).toBe(code);
  });

  it("a raw image is known by its name, in any case", () => {
    for (const path of ["/a.raw", "/a.IMG"]) {
      const disk = openDisk(fileOf(Buffer.alloc(1024), path), path, "read");
      expect([disk.format, disk.virtualSizeBytes]).toEqual(["raw", 1024]);
    }
  });
});

describe("a damaged fixed VHD", () => {
  function fixedImage(): MemoryFileSystem {
    const fileSystem = new MemoryFileSystem();
    const disk = createFixedVhd(fileSystem, "/f.vhd", { virtualSizeBytes: MIB, ...identity });
    disk.write(0, Buffer.concat([Buffer.alloc(510), Buffer.from([0x55, 0xaa])]));
    disk.close();
    return fileSystem;
  }

  it("is refused when its data, its footer or its checksum is not whole", () => {
    const shorter = fixedImage();
    const file = shorter.open("/f.vhd", "readwrite");
    const footer = Buffer.alloc(512);
    file.read(MIB, footer);
    file.write(MIB - 512, footer);
    file.truncate(MIB);
    expect(codeOfOpening(shorter, "/f.vhd")).toBe("VhdTruncated");
    const cut = fixedImage();
    cut.open("/f.vhd", "readwrite").truncate(MIB / 2);
    expect(codeOfOpening(cut, "/f.vhd")).toBe("VhdTruncated");
    const flipped = fixedImage();
    patch(flipped, "/f.vhd", MIB + 50, Buffer.from([9]));
    expect(codeOfOpening(flipped, "/f.vhd")).toBe("VhdChecksumMismatch");
  });
});

describe("a damaged dynamic VHD", () => {
  it("is refused when it was cut off anywhere but within its last footer", () => {
    const whole = dynamicImage().fileSystem.open("/d.vhd", "read").sizeBytes();
    for (let size = 512; size < whole; size += size < 4096 ? 256 : 50_000) {
      const { fileSystem, path } = dynamicImage();
      fileSystem.open(path, "readwrite").truncate(size);
      expect(codeOfOpening(fileSystem, path), `cut to ${size} of ${whole}`).toBe("VhdTruncated");
    }
  });

  it("is read without its last footer, and gets it back when it is opened for writing", () => {
    const { fileSystem, path } = dynamicImage();
    const size = fileSystem.open(path, "read").sizeBytes();
    fileSystem.open(path, "readwrite").truncate(size - 512);
    openDisk(fileSystem, path, "read").close();
    expect(fileSystem.open(path, "read").sizeBytes()).toBe(size - 512);
    openDisk(fileSystem, path, "readwrite").close();
    expect(fileSystem.open(path, "read").sizeBytes()).toBe(size);
  });

  it.each([
    ["the copy of the footer", 100, "VhdChecksumMismatch"],
    ["the header", 512 + 100, "VhdChecksumMismatch"],
    ["the cookie of the header", 512, "VhdDamaged"],
  ])("is refused when %s was changed", (_what, offset, code) => {
    const { fileSystem, path } = dynamicImage();
    patch(fileSystem, path, offset, Buffer.from([0x5a]));
    expect(codeOfOpening(fileSystem, path)).toBe(code);
  });

  it("is refused when the footer at its end was changed, or contradicts the copy", () => {
    const flipped = dynamicImage();
    const end = flipped.fileSystem.open(flipped.path, "read").sizeBytes() - 512;
    patch(flipped.fileSystem, flipped.path, end + 30, Buffer.from([1]));
    expect(codeOfOpening(flipped.fileSystem, flipped.path)).toBe("VhdChecksumMismatch");
    const other = dynamicImage();
    const source = createDynamicVhd(other.fileSystem, "/e.vhd", { virtualSizeBytes: 10 * MIB, ...identity });
    const footer = Buffer.alloc(512);
    source.file.read(0, footer);
    patch(other.fileSystem, other.path, end, footer);
    expect(codeOfOpening(other.fileSystem, other.path)).toBe("VhdDamaged");
  });

  it.each([
    ["two entries with one block", 4, (entry: number) => entry, "VhdTableLoop"],
    ["blocks that overlap by a sector", 4, (entry: number) => entry + 4096, "VhdTableLoop"],
    ["a block on the footer's copy", 4, () => 0, "VhdTableLoop"],
    ["a block on the table itself", 4, () => 3, "VhdTableLoop"],
    ["a block beyond the end", 4, () => 0x7fff_ffff, "VhdTruncated"],
    ["a block half beyond the end", 4, (entry: number) => entry + 4097 * 2 + 1, "VhdTruncated"],
  ])("is refused with %s", (_what, entryOffset, value, code) => {
    const { fileSystem, path } = dynamicImage();
    const first = Buffer.alloc(4);
    fileSystem.open(path, "read").read(TABLE_OFFSET, first);
    patch(fileSystem, path, TABLE_OFFSET + entryOffset, u32(value(first.readUInt32BE())));
    expect(codeOfOpening(fileSystem, path)).toBe(code);
  });

  it.each([
    ["blocks of no power of two", (h: Buffer) => h.writeUInt32BE(3 * MIB, 32), "VhdUnsupported"],
    ["blocks of nothing", (h: Buffer) => h.writeUInt32BE(0, 32), "VhdUnsupported"],
    ["blocks of one sector", (h: Buffer) => h.writeUInt32BE(512, 32), "VhdUnsupported"],
    ["a table that is too short", (h: Buffer) => h.writeUInt32BE(3, 28), "VhdDamaged"],
    ["a table in its header", (h: Buffer) => h.writeBigUInt64BE(1024n, 16), "VhdDamaged"],
    ["a table beyond the end", (h: Buffer) => h.writeBigUInt64BE(2n ** 40n, 16), "VhdTruncated"],
    ["a table at an odd offset", (h: Buffer) => h.writeBigUInt64BE(1537n, 16), "VhdDamaged"],
    ["another version", (h: Buffer) => h.writeUInt32BE(0x20000, 24), "VhdUnsupported"],
  ])("is refused with %s, whose checksum is right", (_what, change, code) => {
    const { fileSystem, path } = dynamicImage();
    patchHeader(fileSystem, path, change);
    expect(codeOfOpening(fileSystem, path)).toBe(code);
  });

  it("does not make us take memory for a table that is not there", () => {
    const fileSystem = new MemoryFileSystem();
    createDynamicVhd(fileSystem, "/d.vhd", { virtualSizeBytes: 2040 * 2 ** 30, ...identity }).close();
    fileSystem.open("/d.vhd", "readwrite").truncate(4096);
    const before = process.memoryUsage().arrayBuffers;
    expect(codeOfOpening(fileSystem, "/d.vhd")).toBe("VhdTruncated");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MIB);
  });

  it("never crashes on random damage: a typed fault, or a disk that can be read", () => {
    // A small generator with a seed (Lehmer), so that a failing run can be repeated.
    let seed = 20_160_301;
    const next = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const { fileSystem, path } = dynamicImage();
    const original = Buffer.alloc(fileSystem.open(path, "read").sizeBytes());
    fileSystem.open(path, "read").read(0, original);
    const seen = new Map<string, number>();
    for (let round = 0; round < 1500; round++) {
      const from = seed;
      const head = Buffer.from(original.subarray(0, 2048));
      for (let change = next(3); change >= 0; change--) mutate(head, next);
      // Half of the time with right checksums, so that the fields behind them are reached.
      if (next(2) === 0) {
        head.writeUInt32BE(vhdChecksum(head.subarray(0, 512), 64), 64);
        head.writeUInt32BE(vhdChecksum(head.subarray(512, 1536), 36), 512 + 36);
      }
      patch(fileSystem, path, 0, head);
      const code = codeOf(() => {
        const disk = openDisk(fileSystem, path, "read");
        for (const { offsetBytes } of disk.allocatedExtents()) disk.read(offsetBytes, Buffer.alloc(512));
        disk.read(disk.virtualSizeBytes - 512, Buffer.alloc(512));
        disk.close();
      });
      expect(code, `seed ${from}`).toMatch(/^(Vhd[A-Za-z]+|NotADiskImage|no fault)$/);
      seen.set(code, (seen.get(code) ?? 0) + 1);
    }
    expect([...seen.keys()].length).toBeGreaterThan(4);
  });

  function mutate(head: Buffer, next: (below: number) => number): void {
    // Mostly where something is: footer, header fields, table.
    const at = [next(512), 512 + next(64), TABLE_OFFSET + next(16), next(head.length)][next(4)] ?? 0;
    const value = [0, 1, 0xff, 0x80, next(256)][next(5)] ?? 0;
    head.fill(value, at, Math.min(at + 1 + next(4), head.length));
  }
});
