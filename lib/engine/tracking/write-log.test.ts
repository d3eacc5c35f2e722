import { describe, expect, it } from "vitest";
import { MemoryFileSystem } from "@/lib/testing/memory-file-system";
import { Fault } from "@/lib/kernel/fault";
import { TRACKING_BLOCK_BYTES } from "./dirty-blocks";
import { readWriteLog, readWriteLogs, WriteLogWriter } from "./write-log";

const DISK_BYTES = 100 * TRACKING_BLOCK_BYTES;

function codeOf(call: () => unknown): string {
  try {
    call();
    return "no fault";
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

function logOf(fileSystem: MemoryFileSystem, blocks: readonly number[], path = "/a.writes"): string {
  const log = new WriteLogWriter(fileSystem, path, 1, DISK_BYTES);
  for (const block of blocks) log.append(block * TRACKING_BLOCK_BYTES, 512);
  log.close();
  return path;
}

describe("a write log", () => {
  it("names the blocks that were written, sorted and once", () => {
    const fileSystem = new MemoryFileSystem();
    const log = new WriteLogWriter(fileSystem, "/a", 1, DISK_BYTES);
    log.append(65_536 * 9, 512);
    log.append(65_536 * 3 - 512, 1024);
    log.append(65_536 * 9 + 512, 512);
    log.append(DISK_BYTES - 512, 512);
    expect([...readWriteLog(fileSystem, "/a")]).toEqual([2, 3, 9, 99]);
  });

  it("logs a block once in a generation, with one write call", () => {
    const fileSystem = new MemoryFileSystem();
    const log = new WriteLogWriter(fileSystem, "/a", 1, DISK_BYTES);
    const before = fileSystem.calls;
    log.append(0, 65_536 * 3);
    expect(fileSystem.calls).toBe(before + 1);
    for (let at = 0; at < 65_536 * 3; at += 512) log.append(at, 512);
    expect(fileSystem.calls).toBe(before + 1);
  });

  it("leaves out a record that a kill cut off, wherever it was cut", () => {
    for (let cut = 1; cut < 16; cut++) {
      const fileSystem = new MemoryFileSystem();
      const path = logOf(fileSystem, [1, 2, 3]);
      const file = fileSystem.open(path, "readwrite");
      file.truncate(file.sizeBytes() - cut);
      expect([...readWriteLog(fileSystem, path)]).toEqual([1, 2]);
    }
  });

  it("is empty when its writer was killed while making it", () => {
    const fileSystem = new MemoryFileSystem();
    const path = logOf(fileSystem, []);
    const file = fileSystem.open(path, "readwrite");
    for (let size = 0; size <= 64; size++) {
      file.truncate(size);
      if (size < 64) expect([...readWriteLog(fileSystem, path)]).toEqual([]);
    }
  });

  it("reports any flipped bit instead of losing a block", () => {
    const fileSystem = new MemoryFileSystem();
    const path = logOf(fileSystem, [5, 6, 7]);
    const size = fileSystem.open(path, "read").sizeBytes();
    for (let offset = 0; offset < size; offset++) {
      for (let bit = 0; bit < 8; bit++) {
        fileSystem.faults = { flipOnRead: { pathContains: "a.writes", offset, bit } };
        expect(codeOf(() => readWriteLog(fileSystem, path))).toBe("WriteLogDamaged");
      }
    }
  });

  it("overwrites a record that failed half-way", () => {
    const fileSystem = new MemoryFileSystem();
    const log = new WriteLogWriter(fileSystem, "/a", 1, DISK_BYTES);
    fileSystem.faults = { failCalls: [fileSystem.calls + 1] };
    expect(() => log.append(0, 512)).toThrow(Fault);
    log.append(65_536, 512);
    log.append(0, 512);
    expect([...readWriteLog(fileSystem, "/a")]).toEqual([0, 1]);
  });

  it("reads long logs in pieces and joins several", () => {
    const fileSystem = new MemoryFileSystem();
    const big = 20_000;
    const log = new WriteLogWriter(fileSystem, "/big", 1, big * 65_536);
    for (let block = 0; block < big; block += 2) log.append(block * 65_536, 512);
    expect(readWriteLog(fileSystem, "/big").length).toBe(big / 2);
    logOf(fileSystem, [1, 2], "/b");
    logOf(fileSystem, [2, 3], "/c");
    expect([...readWriteLogs(fileSystem, ["/b", "/c"])]).toEqual([1, 2, 3]);
    expect(codeOf(() => readWriteLogs(fileSystem, ["/b", "/none"]))).toBe("FileNotFound");
  });
});
