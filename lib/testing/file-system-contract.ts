import { describe, expect, it } from "vitest";
import type { FileSystem } from "@/lib/engine/disk/random-access-file";
import { sameIdentity } from "@/lib/engine/disk/random-access-file";
import { Fault } from "@/lib/kernel/fault";

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
  return "no fault";
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

function content(fileSystem: FileSystem, path: string): string {
  const file = fileSystem.open(path, "read");
  const buffer = Buffer.alloc(file.sizeBytes());
  file.read(0, buffer);
  file.close();
  return buffer.toString("latin1");
}

/** Every `FileSystem` must pass this. `make` gives an empty folder to work in. */
export function fileSystemContract(name: string, make: () => { fileSystem: FileSystem; folder: string }): void {
  describe(`${name} as a file system`, () => {
    it("reads what was written, across holes, and fewer bytes only at the end", () => {
      const { fileSystem, folder } = make();
      const file = fileSystem.create(`${folder}/a`);
      file.write(10, bytes("hello"));
      expect(file.sizeBytes()).toBe(15);
      const into = Buffer.alloc(20, 0xee);
      expect(file.read(8, into)).toBe(7);
      expect(into.subarray(0, 8).toString("latin1")).toBe("\0\0hello\xee");
      expect(file.read(15, into)).toBe(0);
      expect(file.read(1_000_000, into)).toBe(0);
      file.write(3, new Uint8Array(0));
      expect(file.sizeBytes()).toBe(15);
      file.sync();
      file.close();
      file.close();
    });

    it("shows a write to other handles as soon as it returned", () => {
      const { fileSystem, folder } = make();
      const writer = fileSystem.create(`${folder}/a`);
      const reader = fileSystem.open(`${folder}/a`, "read");
      writer.write(0, bytes("abc"));
      const into = Buffer.alloc(3);
      expect(reader.read(0, into)).toBe(3);
      expect(into.toString()).toBe("abc");
      expect(codeOf(() => reader.write(0, bytes("x")))).toBe("FileOperationFailed");
      writer.close();
      reader.close();
    });

    it("truncates down and up, with zeros where nothing is left", () => {
      const { fileSystem, folder } = make();
      const file = fileSystem.create(`${folder}/a`);
      file.write(0, bytes("abcdef"));
      file.truncate(3);
      file.truncate(6);
      expect(content(fileSystem, `${folder}/a`)).toBe("abc\0\0\0");
      file.close();
    });

    it("keeps a sparse file sparse", () => {
      const { fileSystem, folder } = make();
      const file = fileSystem.create(`${folder}/a`);
      file.truncate(3 * 2 ** 40);
      file.write(2 * 2 ** 40, bytes("x"));
      expect(file.sizeBytes()).toBe(3 * 2 ** 40);
      expect(file.allocatedBytes()).toBeLessThanOrEqual(65_536);
      expect(file.allocatedBytes()).toBeGreaterThan(0);
      file.close();
      fileSystem.remove(`${folder}/a`);
    });

    it("says where a sparse file may hold data, if it says so at all", () => {
      const { fileSystem, folder } = make();
      const file = fileSystem.create(`${folder}/a`);
      const places = [3 * 2 ** 20, 2 ** 40, 3 * 2 ** 40 - 4_096];
      file.truncate(3 * 2 ** 40);
      for (const place of places) file.write(place, bytes("x"));
      const extents = file.dataExtents?.() ?? null;
      if (extents !== null) {
        const within = (place: number) =>
          extents.some(({ offsetBytes, lengthBytes }) => offsetBytes <= place && place < offsetBytes + lengthBytes);
        expect(places.every(within)).toBe(true);
        expect(extents.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)).toBeLessThanOrEqual(3 * 65_536);
        file.truncate(0);
        file.truncate(65_536);
        expect(file.dataExtents?.()).toEqual([]);
      }
      file.close();
      fileSystem.remove(`${folder}/a`);
    });

    it("refuses to create over a file unless told to replace it", () => {
      const { fileSystem, folder } = make();
      const first = fileSystem.create(`${folder}/a`);
      first.write(0, bytes("old"));
      first.close();
      expect(codeOf(() => fileSystem.create(`${folder}/a`))).toBe("FileExists");
      expect(content(fileSystem, `${folder}/a`)).toBe("old");
      fileSystem.create(`${folder}/a`, { replace: true }).close();
      expect(content(fileSystem, `${folder}/a`)).toBe("");
    });

    it("names what is missing", () => {
      const { fileSystem, folder } = make();
      expect(codeOf(() => fileSystem.open(`${folder}/none`, "read"))).toBe("FileNotFound");
      expect(codeOf(() => fileSystem.create(`${folder}/none/a`))).toBe("FileNotFound");
      expect(codeOf(() => fileSystem.list(`${folder}/none`))).toBe("FileNotFound");
      expect(codeOf(() => fileSystem.statIdentity(`${folder}/none`))).toBe("FileNotFound");
      expect(codeOf(() => fileSystem.realPath(`${folder}/none`))).toBe("FileNotFound");
      expect(codeOf(() => fileSystem.rename(`${folder}/none`, `${folder}/b`))).toBe("FileNotFound");
      expect(fileSystem.exists(`${folder}/none`)).toBe(false);
    });

    it("renames over an existing file in one step", () => {
      const { fileSystem, folder } = make();
      for (const name of ["a", "b"]) {
        const file = fileSystem.create(`${folder}/${name}`);
        file.write(0, bytes(`content of ${name}`));
        file.close();
      }
      const old = fileSystem.open(`${folder}/b`, "read");
      fileSystem.rename(`${folder}/a`, `${folder}/b`);
      expect(content(fileSystem, `${folder}/b`)).toBe("content of a");
      expect(fileSystem.list(folder)).toEqual(["b"]);
      expect(old.isLinked()).toBe(false);
      old.close();
    });

    it("removes a file that others still read, and one that is not there", () => {
      const { fileSystem, folder } = make();
      const file = fileSystem.create(`${folder}/a`);
      file.write(0, bytes("abc"));
      expect(file.isLinked()).toBe(true);
      fileSystem.remove(`${folder}/a`);
      fileSystem.remove(`${folder}/a`);
      expect(file.isLinked()).toBe(false);
      const into = Buffer.alloc(3);
      expect(file.read(0, into)).toBe(3);
      expect(fileSystem.exists(`${folder}/a`)).toBe(false);
      file.close();
    });

    it("says where a file really is", () => {
      const { fileSystem, folder } = make();
      fileSystem.create(`${folder}/a`).close();
      expect(fileSystem.realPath(`${folder}/a`)).toBe(`${fileSystem.realPath(folder)}/a`);
    });

    it("makes folders with their parents, twice without complaint, and lists them", () => {
      const { fileSystem, folder } = make();
      fileSystem.makeFolder(`${folder}/x/y`);
      fileSystem.makeFolder(`${folder}/x/y`);
      fileSystem.create(`${folder}/x/b`).close();
      fileSystem.create(`${folder}/x/a`).close();
      expect(fileSystem.list(`${folder}/x`)).toEqual(["a", "b", "y"]);
    });

    it("gives a file another identity when it is written, grown or replaced", async () => {
      const { fileSystem, folder } = make();
      const file = fileSystem.create(`${folder}/a`);
      file.write(0, bytes("abc"));
      const first = fileSystem.statIdentity(`${folder}/a`);
      expect(sameIdentity(first, fileSystem.statIdentity(`${folder}/a`))).toBe(true);
      // File systems stamp with the kernel's tick, some milliseconds wide.
      await new Promise((resolve) => setTimeout(resolve, 20));
      file.write(0, bytes("abd"));
      const second = fileSystem.statIdentity(`${folder}/a`);
      expect(sameIdentity(first, second)).toBe(false);
      file.close();
      fileSystem.create(`${folder}/b`).close();
      fileSystem.rename(`${folder}/b`, `${folder}/a`);
      expect(fileSystem.statIdentity(`${folder}/a`).fileId).not.toBe(second.fileId);
    });
  });
}
