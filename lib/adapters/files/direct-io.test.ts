import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { seededRandom } from "@/lib/testing/seeded-random";
import { alignedBuffer, DIRECT_BYTES, isAligned, openDirect } from "./direct-io";
import { DirectWriter, writeDirectly } from "./direct-writer";
import { directFileSystem } from "./node-file-system";

const KIB = 1024;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-direct-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

let files = 0;
const emptyFile = (): string => {
  const file = path.join(folder, `file-${(files += 1)}`);
  fs.writeFileSync(file, "");
  return file;
};
const noise = (bytes: number, seed: number) => seededRandom(seed).bytes(bytes);

async function writeAll(file: string, pieces: readonly { offset: number; bytes: Buffer }[]): Promise<void> {
  const writer = new DirectWriter(file);
  try {
    for (const { offset, bytes } of pieces) {
      // The caller's buffer is used again at once, as a restore does.
      const reused = Buffer.from(bytes);
      const free = writer.write(offset, reused);
      reused.fill(0xee);
      await free;
    }
    await writer.settle();
  } finally {
    await writer.close();
  }
}

const shapes: readonly (readonly [string, readonly { offset: number; length: number }[]])[] = [
  ["neighbours", Array.from({ length: 40 }, (_, at) => ({ offset: at * 64 * KIB, length: 64 * KIB }))],
  ["in another order", [3, 2, 9, 10, 11, 0].map((at) => ({ offset: at * 64 * KIB, length: 64 * KIB }))],
  ["an end within a sector", [{ offset: 0, length: 64 * KIB }, { offset: 64 * KIB, length: 512 * 7 }]], // prettier-ignore
  ["a begin within a sector", [{ offset: 512, length: 64 * KIB }, { offset: 128 * KIB, length: 512 }]], // prettier-ignore
  ["holes between", [0, 5, 90].map((at) => ({ offset: at * 512 * KIB, length: 256 * KIB }))],
  ["pieces that do not divide", Array.from({ length: 30 }, (_, at) => ({ offset: at * 96 * KIB, length: 96 * KIB }))],
];

describe("writing past the page cache", () => {
  it.each(shapes)("puts every byte in its place: %s", async (_, shape) => {
    const file = emptyFile();
    const pieces = shape.map(({ offset, length }, at) => ({ offset, bytes: noise(length, at + 1) }));
    const wanted = Buffer.alloc(Math.max(...pieces.map(({ offset, bytes }) => offset + bytes.length)));
    for (const { offset, bytes } of pieces) bytes.copy(wanted, offset);
    await writeAll(file, pieces);
    expect(fs.readFileSync(file).equals(wanted)).toBe(true);
  });

  it("writes a file of any length", async () => {
    for (const length of [1, 511, 4096, 512 * KIB, 512 * KIB + 1, 1_300_001]) {
      const file = emptyFile();
      const bytes = noise(length, length);
      await writeDirectly(file, bytes);
      expect(fs.readFileSync(file).equals(bytes), String(length)).toBe(true);
    }
  });

  it("goes the ordinary way where the file system refuses, at once or later", async () => {
    const refusal = Object.assign(new Error("refused"), { code: "EINVAL" });
    const open = fs.openSync;
    vi.spyOn(fs, "openSync").mockImplementation((file, flags, mode) => {
      if (typeof flags === "number" && (flags & fs.constants.O_DIRECT) !== 0) throw refusal;
      return open(file, flags, mode);
    });
    const bytes = noise(700_000, 5);
    const first = emptyFile();
    await writeDirectly(first, bytes);
    expect(fs.readFileSync(first).equals(bytes)).toBe(true);
    vi.restoreAllMocks();

    const direct = openDirect(emptyFile(), fs.constants.O_RDWR);
    if (direct === null) return;
    fs.closeSync(direct);
    let refused = 0;
    const write = fs.write;
    vi.spyOn(fs, "write").mockImplementation((...args: Parameters<typeof fs.write>) => {
      if (refused === 0 && (refused += 1) > 0) (args.at(-1) as unknown as (error: Error) => void)(refusal);
      else write(...args);
    });
    const second = emptyFile();
    await writeDirectly(second, bytes);
    expect(refused).toBe(1);
    expect(fs.readFileSync(second).equals(bytes)).toBe(true);
  });

  it("reports a disk that is full", async () => {
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    vi.spyOn(fs, "write").mockImplementation((...args: Parameters<typeof fs.write>) => {
      (args.at(-1) as unknown as (error: Error) => void)(full);
    });
    await expect(writeDirectly(emptyFile(), noise(2_000_000, 1))).rejects.toBe(full);
  });
});

describe("reading past the page cache", () => {
  it("sees what was written, up to the end of the file", () => {
    const file = emptyFile();
    const bytes = noise(3 * DIRECT_BYTES + 100, 9);
    fs.writeFileSync(file, bytes);
    const memory = alignedBuffer(8 * DIRECT_BYTES);
    const opened = directFileSystem.open(file, "read");
    try {
      expect(isAligned(memory, 0)).toBe(true);
      expect(opened.read(0, memory)).toBe(bytes.length);
      expect(memory.subarray(0, bytes.length).equals(bytes)).toBe(true);
      // Not aligned: read all the same.
      const some = Buffer.alloc(1000);
      expect(opened.read(17, some)).toBe(1000);
      expect(some.equals(bytes.subarray(17, 1017))).toBe(true);
      expect(opened.read(DIRECT_BYTES, memory.subarray(0, DIRECT_BYTES))).toBe(DIRECT_BYTES);
      expect(memory.subarray(0, DIRECT_BYTES).equals(bytes.subarray(DIRECT_BYTES, 2 * DIRECT_BYTES))).toBe(true);
    } finally {
      opened.close();
    }
  });
});
