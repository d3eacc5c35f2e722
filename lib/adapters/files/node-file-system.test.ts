import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { StorageFullFault } from "@/lib/engine/disk/file-faults";
import { fileSystemContract } from "@/lib/testing/file-system-contract";
import { NodeFileSystem } from "./node-file-system";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-files-"));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

fileSystemContract("the node file system", () => ({
  fileSystem: new NodeFileSystem(),
  folder: fs.mkdtempSync(path.join(root, "t-")),
}));

describe("the node file system", () => {
  it("creates files and folders that only the owner may open", () => {
    const fileSystem = new NodeFileSystem();
    fileSystem.makeFolder(`${root}/private`);
    fileSystem.create(`${root}/private/key`).close();
    expect(fs.statSync(`${root}/private`).mode & 0o777).toBe(0o700);
    expect(fs.statSync(`${root}/private/key`).mode & 0o777).toBe(0o600);
  });

  it("says that the storage is full", ({ skip }) => {
    if (!fs.existsSync("/dev/full")) return skip("no /dev/full here");
    const fd = fs.openSync("/dev/full", "w");
    // The device is not a regular file, so the adapter refuses to open it; so the descriptor is exchanged under it.
    const original = fs.writeSync;
    const fileSystem = new NodeFileSystem();
    const file = fileSystem.create(`${root}/full`);
    try {
      fs.writeSync = ((_fd: number, buffer: Uint8Array) => original(fd, buffer)) as typeof fs.writeSync;
      expect(() => file.write(0, Buffer.from("x"))).toThrow(StorageFullFault);
    } finally {
      fs.writeSync = original;
      file.close();
      fs.closeSync(fd);
    }
  });

  it("refuses a folder, and a pipe without waiting for its writer", () => {
    const fileSystem = new NodeFileSystem();
    execFileSync("mkfifo", [`${root}/pipe`]);
    expect(() => fileSystem.open(root, "read")).toThrow(/not a regular file/);
    expect(() => fileSystem.open(`${root}/pipe`, "read")).toThrow(/not a regular file/);
  });

  it("refuses to use a closed handle, whose number may be another file's by now", () => {
    const fileSystem = new NodeFileSystem();
    const file = fileSystem.create(`${root}/closed`);
    file.close();
    expect(() => file.write(0, Buffer.from("x"))).toThrow(/after it was closed/);
  });
});
