import fs from "node:fs";
import path from "node:path";
import { assert } from "@/lib/kernel/assert";
import type { FileIdentity, FileSystem, RandomAccessFile } from "@/lib/engine/disk/random-access-file";
import { notAFile } from "@/lib/engine/disk/file-faults";
import type { Extent } from "@/lib/engine/disk/disk";
import { dataExtentsOf } from "./data-extents";
import { isAligned, openDirect, refusesDirect } from "./direct-io";
import { translateFileError } from "./translate-file-error";

/** One call moves at most this much: Linux itself stops at 2 GiB - 4 KiB, and Node refuses 2 GiB. */
const CALL_BYTES_MAX = 1 << 30;

function attempt<Result>(file: string, operation: string, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    throw translateFileError(error, file, operation);
  }
}

class NodeFile implements RandomAccessFile {
  readonly path: string;
  readonly #fd: number;
  /** For reads past the page cache; null: none. */
  readonly #direct: number | null;
  #open = true;

  constructor(file: string, fd: number, direct: number | null) {
    this.path = file;
    this.#fd = fd;
    this.#direct = direct;
  }

  #attempt<Result>(operation: string, call: (fd: number) => Result): Result {
    // A closed descriptor's number may belong to another file by now: using it would damage that one.
    assert(this.#open, `${this.path} is used after it was closed`);
    return attempt(this.path, operation, () => call(this.#fd));
  }

  sizeBytes(): number {
    return this.#attempt("examine", (fd) => fs.fstatSync(fd).size);
  }

  read(offset: number, into: Uint8Array): number {
    return this.#attempt("read", (fd) => {
      let done = this.#direct !== null && isAligned(into, offset) ? this.#readDirectly(this.#direct, offset, into) : 0;
      while (done < into.length) {
        const count = Math.min(into.length - done, CALL_BYTES_MAX);
        const got = fs.readSync(fd, into, done, count, offset + done);
        if (got === 0) break;
        done += got;
      }
      return done;
    });
  }

  /** How much was read: what is left, the file's end among it, is left to an ordinary read. */
  #readDirectly(direct: number, offset: number, into: Uint8Array): number {
    try {
      return fs.readSync(direct, into, 0, into.length, offset);
    } catch (error) {
      if (refusesDirect(error)) return 0;
      throw error;
    }
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#attempt("write", (fd) => {
      let done = 0;
      while (done < bytes.length) {
        const count = Math.min(bytes.length - done, CALL_BYTES_MAX);
        done += fs.writeSync(fd, bytes, done, count, offset + done);
      }
    });
  }

  truncate(sizeBytes: number): void {
    this.#attempt("resize", (fd) => fs.ftruncateSync(fd, sizeBytes));
  }

  allocatedBytes(): number {
    return this.#attempt("examine", (fd) => fs.fstatSync(fd).blocks * 512);
  }

  dataExtents(): Extent[] | null {
    return this.#attempt("examine", (fd) => dataExtentsOf(fd));
  }

  isLinked(): boolean {
    return this.#attempt("examine", (fd) => fs.fstatSync(fd).nlink > 0);
  }

  sync(): void {
    this.#attempt("sync", (fd) => fs.fsyncSync(fd));
  }

  close(): void {
    if (!this.#open) return;
    this.#attempt("close", (fd) => {
      // Not retried: on Linux the descriptor is gone even when close reports an error.
      this.#open = false;
      if (this.#direct !== null) fs.closeSync(this.#direct);
      fs.closeSync(fd);
    });
  }
}

function openFile(file: string, flags: string, operation: string, direct = false): RandomAccessFile {
  const fd = attempt(file, operation, () => fs.openSync(file, flags, 0o600));
  if (!fs.fstatSync(fd).isFile()) {
    fs.closeSync(fd);
    throw notAFile(file);
  }
  return new NodeFile(file, fd, direct ? openDirect(file, fs.constants.O_RDONLY) : null);
}

function syncPath(file: string, flags: string): void {
  const fd = fs.openSync(file, flags);
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** The machine's own files, through synchronous calls. Everything created is readable by the owner only. */
export class NodeFileSystem implements FileSystem {
  readonly #direct: boolean;

  /** `direct`: reads into aligned memory (direct-io) show what the medium holds, not what the page cache does. */
  constructor({ direct = false }: { readonly direct?: boolean } = {}) {
    this.#direct = direct;
  }

  open(file: string, mode: "read" | "readwrite"): RandomAccessFile {
    // Asked first: opening a pipe that has no writer would wait forever.
    attempt(file, "open", () => {
      const found = fs.statSync(file);
      if (!found.isFile()) throw Object.assign(new Error("not a regular file"), { code: "EISDIR" });
    });
    return openFile(file, mode === "read" ? "r" : "r+", "open", this.#direct);
  }

  create(file: string, options: { replace?: boolean } = {}): RandomAccessFile {
    return openFile(file, options.replace === true ? "w+" : "wx+", "create");
  }

  exists(file: string): boolean {
    return fs.existsSync(file);
  }

  list(folder: string): string[] {
    return attempt(folder, "list", () => fs.readdirSync(folder)).sort();
  }

  remove(file: string): void {
    attempt(file, "remove", () => {
      if (fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined) fs.unlinkSync(file);
    });
  }

  rename(from: string, to: string): void {
    attempt(from, "rename", () => {
      syncPath(from, "r");
      fs.renameSync(from, to);
      syncPath(path.dirname(to), "r");
    });
  }

  makeFolder(folder: string): void {
    attempt(folder, "create", () => fs.mkdirSync(folder, { recursive: true, mode: 0o700 }));
  }

  statIdentity(file: string): FileIdentity {
    const found = attempt(file, "examine", () => fs.statSync(file, { bigint: true }));
    return {
      fileId: `${found.dev}:${found.ino}`,
      sizeBytes: Number(found.size),
      modifiedNs: found.mtimeNs.toString(),
    };
  }

  realPath(file: string): string {
    return attempt(file, "examine", () => fs.realpathSync(file));
  }
}

/** Holds no state, so one is enough. */
export const nodeFileSystem: FileSystem = new NodeFileSystem();
export const directFileSystem: FileSystem = new NodeFileSystem({ direct: true });
