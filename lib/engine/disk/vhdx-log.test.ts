import { describe, expect, it } from "vitest";
import { contentAt, makeVhdx, MIB, readAll, VHDX_PATH } from "@/lib/testing/disk-shapes";
import { MemoryFileSystem, ProcessKilled } from "@/lib/testing/memory-file-system";
import { stamp } from "@/lib/testing/memory-file-tracking-kit";
import { crc32c } from "./crc32c";
import { guidBytes } from "./guid";
import { openDisk } from "./open-disk";
import { VhdxHeaders } from "./vhdx-header";

const LOG_OFFSET = MIB;
const BAT_OFFSET = 3 * MIB;
const LOG_GUID = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";

type Write = { offset: number; bytes: Buffer } | { offset: number; zeros: number };

interface Entry {
  readonly sequence: number;
  readonly tail: number;
  readonly writes: readonly Write[];
  readonly flushed: number;
  readonly last: number;
}

/** One entry as [MS-VHDX] 2.3.1 describes it, written independently of the reader. */
function encode({ sequence, tail, writes, flushed, last }: Entry): Buffer {
  const head = Buffer.alloc(Math.ceil((64 + 32 * writes.length) / 4096) * 4096);
  const sectors: Buffer[] = [];
  writes.forEach((write, index) => {
    const at = 64 + 32 * index;
    head.writeBigUInt64LE(BigInt(write.offset), at + 16);
    head.writeBigUInt64LE(BigInt(sequence), at + 24);
    if ("zeros" in write) {
      head.write("zero", at);
      head.writeBigUInt64LE(BigInt(write.zeros), at + 8);
      return;
    }
    head.write("desc", at);
    write.bytes.copy(head, at + 4, 4092, 4096);
    write.bytes.copy(head, at + 8, 0, 8);
    const sector = Buffer.from(write.bytes);
    sector.write("data", 0);
    sector.writeUInt32LE(0, 4);
    sector.writeUInt32LE(sequence, 4092);
    sectors.push(sector);
  });
  const entry = Buffer.concat([head, ...sectors]);
  entry.write("loge", 0);
  entry.writeUInt32LE(entry.length, 8);
  entry.writeUInt32LE(tail, 12);
  entry.writeBigUInt64LE(BigInt(sequence), 16);
  entry.writeUInt32LE(writes.length, 24);
  guidBytes(LOG_GUID).copy(entry, 32);
  entry.writeBigUInt64LE(BigInt(flushed), 48);
  entry.writeBigUInt64LE(BigInt(last), 56);
  entry.writeUInt32LE(crc32c(entry), 4);
  return entry;
}

function putInLog(fileSystem: MemoryFileSystem, offset: number, entry: Buffer): void {
  const file = fileSystem.open(VHDX_PATH, "readwrite");
  const untilEnd = Math.min(entry.length, MIB - offset);
  file.write(LOG_OFFSET + offset, entry.subarray(0, untilEnd));
  file.write(LOG_OFFSET, entry.subarray(untilEnd));
}

/**
 * A disk as a killed Windows host leaves it: two blocks are in the file, the table that names them only in the log. The
 * log's ring is entered near its end, holds an older run, and an entry that was applied long ago.
 */
function dirtyImage(): {
  fileSystem: MemoryFileSystem;
  model: Buffer;
  entries: readonly (readonly [number, Buffer])[];
} {
  const fileSystem = new MemoryFileSystem();
  makeVhdx(fileSystem, "dynamic");
  const disk = openDisk(fileSystem, VHDX_PATH, "readwrite");
  disk.write(4096, stamp(4096, 8192, 1));
  disk.write(2 * MIB, stamp(2 * MIB, 8192, 1));
  const model = readAll(disk);
  disk.close();
  const file = fileSystem.open(VHDX_PATH, "readwrite");
  const table = Buffer.alloc(4096);
  file.read(BAT_OFFSET, table);
  file.write(BAT_OFFSET, Buffer.alloc(4096));
  const last = file.sizeBytes();
  // The last block's hole at the end never got into the file.
  file.truncate(last - MIB / 2);
  new VhdxHeaders(file).update({ logGuid: LOG_GUID });
  const flushed = last - MIB;
  const garbage = { offset: BAT_OFFSET, bytes: Buffer.alloc(4096, 0x11) };
  const entries = [
    [8192, encode({ sequence: 7, tail: 8192, writes: [garbage], flushed, last })],
    [
      MIB - 20_480,
      encode({ sequence: 20, tail: MIB - 20_480, writes: [{ offset: 2 * MIB, bytes: garbage.bytes }], flushed, last }),
    ],
    [MIB - 12_288, encode({ sequence: 21, tail: MIB - 12_288, writes: [{ offset: BAT_OFFSET, bytes: table }, { offset: BAT_OFFSET + 4096, zeros: 8192 }], flushed, last })], // prettier-ignore
    [MIB - 4096, encode({ sequence: 22, tail: MIB - 12_288, writes: [{ offset: BAT_OFFSET + 8192, zeros: 4096 }, { offset: BAT_OFFSET + 16_384, bytes: Buffer.alloc(4096) }], flushed, last })], // prettier-ignore
  ] as const;
  for (const [offset, entry] of entries) putInLog(fileSystem, offset, entry);
  return { fileSystem, model, entries };
}

function codeOf(call: () => unknown): string {
  try {
    call();
    return "no fault";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

function bytesOf(fileSystem: MemoryFileSystem): Buffer {
  const file = fileSystem.open(VHDX_PATH, "read");
  const all = Buffer.alloc(file.sizeBytes());
  file.read(0, all);
  return all;
}

describe("the log of a VHDX that was not closed", () => {
  it("is applied for a reader, who sees the newest complete sequence and leaves the file as it is", () => {
    const { fileSystem, model } = dirtyImage();
    const before = bytesOf(fileSystem);
    expect(contentAt(fileSystem, VHDX_PATH).equals(model)).toBe(true);
    expect(bytesOf(fileSystem).equals(before)).toBe(true);
  });

  it("may erase more than a reader asks for: the sector of a table that has a few entries", () => {
    const { fileSystem } = dirtyImage();
    const size = fileSystem.open(VHDX_PATH, "read").sizeBytes();
    const at = MIB - 12_288;
    const erasing = { offset: BAT_OFFSET, zeros: 4096 };
    putInLog(fileSystem, at, encode({ sequence: 30, tail: at, writes: [erasing], flushed: size, last: size }));
    const content = contentAt(fileSystem, VHDX_PATH);
    expect(content.equals(Buffer.alloc(content.length))).toBe(true);
  });

  it("is applied on the medium by a writer, once", () => {
    const { fileSystem, model } = dirtyImage();
    const disk = openDisk(fileSystem, VHDX_PATH, "readwrite");
    expect(readAll(disk).equals(model)).toBe(true);
    disk.write(MIB, stamp(MIB, 512, 2));
    stamp(MIB, 512, 2).copy(model, MIB);
    disk.close();
    expect(contentAt(fileSystem, VHDX_PATH).equals(model)).toBe(true);
    expect(new VhdxHeaders(fileSystem.open(VHDX_PATH, "read")).current.logGuid).toMatch(/^0{8}-/);
  });

  it("is applied again when the first attempt was killed at any call", () => {
    for (let killAtCall = 1; ; killAtCall++) {
      const { fileSystem, model } = dirtyImage();
      const killed = fileSystem.restart({ killAtCall, tornShare: 0.4 });
      try {
        openDisk(killed, VHDX_PATH, "readwrite").close();
        if (!killed.killed) return;
      } catch (error) {
        if (!(error instanceof ProcessKilled)) throw error;
      }
      expect(contentAt(fileSystem, VHDX_PATH).equals(model), `killed at call ${killAtCall}`).toBe(true);
      const disk = openDisk(fileSystem.restart(), VHDX_PATH, "readwrite");
      expect(readAll(disk).equals(model)).toBe(true);
    }
  });

  it("falls back to the last complete sequence when the newest entry is not whole, and is refused when none is", () => {
    const { fileSystem, entries } = dirtyImage();
    const [, , third, fourth] = entries;
    for (const at of [0, 9, 30, 63, 64, 100, 4095, 5000, 8191]) {
      const flipped = fileSystem.restart();
      const entry = Buffer.from(fourth?.[1] ?? Buffer.alloc(0));
      entry.writeUInt8(entry.readUInt8(at) ^ 0x20, at);
      putInLog(flipped, fourth?.[0] ?? 0, entry);
      // The sequence that ends one entry earlier is complete in itself, and holds the table.
      expect(
        codeOf(() => openDisk(flipped, VHDX_PATH, "read")),
        `byte ${at}`,
      ).toBe("no fault");
      const second = Buffer.from(third?.[1] ?? Buffer.alloc(0));
      second.writeUInt8(second.readUInt8(at) ^ 0x20, at);
      putInLog(flipped, third?.[0] ?? 0, second);
      // Now the older garbage is the newest complete sequence: without metadata there is no disk.
      expect(
        codeOf(() => openDisk(flipped, VHDX_PATH, "read")),
        `byte ${at}`,
      ).toBe("VhdxDamaged");
      putInLog(flipped, third?.[0] ?? 0, third?.[1] ?? entry);
      putInLog(flipped, fourth?.[0] ?? 0, fourth?.[1] ?? entry);
    }
    const empty = fileSystem.restart();
    empty.open(VHDX_PATH, "readwrite").write(LOG_OFFSET, Buffer.alloc(MIB));
    expect(codeOf(() => openDisk(empty, VHDX_PATH, "read"))).toBe("VhdxDamaged");
  });

  it.each([
    ["a file that became shorter", { sequence: 30, flushed: 1000 * MIB }, "VhdxTruncated"],
    ["a file of a size beyond all measure", { sequence: 30, last: 2 ** 50 }, "VhdxTruncated"],
    ["a write over the headers", { sequence: 30, writes: [{ offset: 65_536, zeros: 4096 }] }, "VhdxDamaged"],
    ["a write over itself", { sequence: 30, writes: [{ offset: LOG_OFFSET, zeros: 4096 }] }, "VhdxDamaged"],
    ["a write behind the file's end", { sequence: 30, writes: [{ offset: 2 ** 40, zeros: 4096 }] }, "VhdxDamaged"],
  ])("is refused when it speaks of %s", (_what, change, code) => {
    const { fileSystem } = dirtyImage();
    const last = fileSystem.open(VHDX_PATH, "read").sizeBytes();
    const entry = { tail: 40_960, writes: [], flushed: 5 * MIB, last, ...change };
    putInLog(fileSystem, 40_960, encode(entry));
    expect(codeOf(() => openDisk(fileSystem, VHDX_PATH, "read"))).toBe(code);
    const before = bytesOf(fileSystem);
    expect(codeOf(() => openDisk(fileSystem, VHDX_PATH, "readwrite"))).toBe(code);
    expect(bytesOf(fileSystem).equals(before)).toBe(true);
  });
});
