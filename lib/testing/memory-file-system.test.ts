import { describe, expect, it } from "vitest";
import { StorageFullFault } from "@/lib/engine/disk/file-faults";
import { Fault } from "@/lib/kernel/fault";
import { fileSystemContract } from "./file-system-contract";
import { MemoryFileSystem, ProcessKilled } from "./memory-file-system";

fileSystemContract("the memory file system", () => {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeFolder("/test");
  return { fileSystem, folder: "/test" };
});

describe("planted faults", () => {
  it("fails the call it is told to and no other", () => {
    const fileSystem = new MemoryFileSystem(undefined, { failCalls: [2] });
    const file = fileSystem.create("/a");
    expect(() => file.write(0, Buffer.from("x"))).toThrow(Fault);
    file.write(0, Buffer.from("y"));
    expect(file.sizeBytes()).toBe(1);
  });

  it("kills the process within a write, leaving a torn piece for the next process", () => {
    const fileSystem = new MemoryFileSystem(undefined, { killAtCall: 2, tornShare: 0.5 });
    const file = fileSystem.create("/a");
    expect(() => file.write(0, Buffer.alloc(2048, 1))).toThrow(ProcessKilled);
    expect(() => file.sizeBytes()).toThrow(ProcessKilled);
    expect(() => fileSystem.exists("/a")).toThrow(ProcessKilled);
    const next = fileSystem.restart().open("/a", "read");
    expect(next.sizeBytes()).toBe(1024);
  });

  it("fills up half-way through a write", () => {
    const fileSystem = new MemoryFileSystem(undefined, { capacityBytes: 8192 });
    const file = fileSystem.create("/a");
    expect(() => file.write(0, Buffer.alloc(20_000, 1))).toThrow(StorageFullFault);
    expect(file.sizeBytes()).toBeGreaterThan(0);
    expect(file.sizeBytes()).toBeLessThanOrEqual(8192);
    file.write(100, Buffer.alloc(100, 2));
  });

  it("flips one bit on read only", () => {
    const fileSystem = new MemoryFileSystem();
    const file = fileSystem.create("/a");
    file.write(0, Buffer.from([0, 0, 0, 0]));
    fileSystem.faults = { flipOnRead: { pathContains: "a", offset: 2, bit: 3 } };
    const into = Buffer.alloc(2);
    file.read(1, into);
    expect([...into]).toEqual([0, 8]);
    fileSystem.faults = {};
    file.read(1, into);
    expect([...into]).toEqual([0, 0]);
  });
});
