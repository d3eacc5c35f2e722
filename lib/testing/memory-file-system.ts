import path from "node:path";
import { assert } from "@/lib/kernel/assert";
import type { FileIdentity, FileSystem, RandomAccessFile } from "@/lib/engine/disk/random-access-file";
import { fileAlreadyExists, fileNotFound, fileOperationFailed, StorageFullFault } from "@/lib/engine/disk/file-faults";
import type { Extent } from "@/lib/engine/disk/disk";
import { type MemoryInode, MemoryMedium } from "./memory-medium";

/** Every operation that touches the medium counts as one call, reads and looks included. */
export type FileCall =
  | "open"
  | "create"
  | "exists"
  | "list"
  | "remove"
  | "rename"
  | "makeFolder"
  | "statIdentity"
  | "realPath"
  | "sizeBytes"
  | "read"
  | "write"
  | "truncate"
  | "sync";

export interface PlantedFaults {
  /** These calls (counted from 1) fail once with FileOperationFailed and do nothing. */
  failCalls?: readonly number[];
  /** At this call the process dies: the call has no effect (or a torn one), and every later call throws `ProcessKilled`. */
  killAtCall?: number;
  /**
   * With `killAtCall` on a write: this share of its bytes (0..1) reaches the file, up to a sector's boundary. (A killed
   * process tears between memory pages, a power failure between sectors; neither does within one.)
   */
  tornShare?: number;
  /** Writes that need more than this fail half-way with StorageFullFault, as a real disk's do. */
  capacityBytes?: number;
  /** Flips this bit of the byte at `offset` whenever it is read from a file whose path contains `pathContains`. */
  flipOnRead?: { pathContains: string; offset: number; bit: number };
}

/** Not a Fault: nothing of the program under test may catch it and carry on. */
export class ProcessKilled extends Error {
  override readonly name = "ProcessKilled";
}

/** In-memory twin of the node file system. `restart()` gives the next process's view of the same files. */
export class MemoryFileSystem implements FileSystem {
  readonly medium: MemoryMedium;
  faults: PlantedFaults;
  calls = 0;
  /** Called before each call, for tests that interleave another process's work. */
  onCall: ((call: FileCall, path: string) => void) | undefined;
  #killed = false;

  constructor(medium: MemoryMedium = new MemoryMedium(), faults: PlantedFaults = {}) {
    this.medium = medium;
    this.faults = faults;
  }

  restart(faults: PlantedFaults = {}): MemoryFileSystem {
    return new MemoryFileSystem(this.medium, faults);
  }

  kill(): void {
    this.#killed = true;
  }

  get killed(): boolean {
    return this.#killed;
  }

  /** `torn` applies the part of the call that reached the medium when the process died within it. */
  enter(call: FileCall, file: string, torn?: (share: number) => void): void {
    if (this.#killed) throw new ProcessKilled(`the process was killed before ${call} of ${file}`);
    this.onCall?.(call, file);
    this.calls += 1;
    if (this.faults.killAtCall === this.calls) {
      this.#killed = true;
      torn?.(this.faults.tornShare ?? 0);
      throw new ProcessKilled(`the process was killed in call ${this.calls}, ${call} of ${file}`);
    }
    if (this.faults.failCalls?.includes(this.calls) === true) throw fileOperationFailed(file, call);
  }

  #inode(file: string): MemoryInode {
    const inode = this.medium.files.get(this.medium.links.get(file) ?? file);
    if (inode === undefined) throw fileNotFound(file);
    return inode;
  }

  open(file: string, mode: "read" | "readwrite"): RandomAccessFile {
    this.enter("open", file);
    return new MemoryFile(this, file, this.#inode(file), mode);
  }

  create(file: string, options: { replace?: boolean } = {}): RandomAccessFile {
    this.enter("create", file);
    const found = this.medium.files.get(file);
    if (found !== undefined && options.replace !== true) throw fileAlreadyExists(file);
    if (!this.medium.folders.has(path.posix.dirname(file))) throw fileNotFound(file);
    const inode = found ?? this.medium.newInode();
    inode.truncate(0);
    this.medium.files.set(file, inode);
    return new MemoryFile(this, file, inode, "readwrite");
  }

  exists(file: string): boolean {
    this.enter("exists", file);
    return this.medium.files.has(this.medium.links.get(file) ?? file) || this.medium.folders.has(file);
  }

  list(folder: string): string[] {
    this.enter("list", folder);
    if (!this.medium.folders.has(folder)) throw fileNotFound(folder);
    const names = [...this.medium.files.keys(), ...this.medium.folders].filter(
      (name) => name !== folder && path.posix.dirname(name) === folder,
    );
    return names.map((name) => path.posix.basename(name)).sort();
  }

  remove(file: string): void {
    this.enter("remove", file);
    const inode = this.medium.files.get(file);
    if (inode !== undefined) inode.linked = false;
    this.medium.files.delete(file);
  }

  rename(from: string, to: string): void {
    this.enter("rename", from);
    const inode = this.#inode(from);
    const replaced = this.medium.files.get(to);
    if (replaced !== undefined) replaced.linked = false;
    this.medium.files.delete(from);
    this.medium.files.set(to, inode);
  }

  makeFolder(folder: string): void {
    this.enter("makeFolder", folder);
    for (let at = folder; !this.medium.folders.has(at); at = path.posix.dirname(at)) this.medium.folders.add(at);
  }

  statIdentity(file: string): FileIdentity {
    this.enter("statIdentity", file);
    const inode = this.#inode(file);
    return { fileId: `${inode.inode}`, sizeBytes: inode.sizeBytes, modifiedNs: inode.modifiedNs.toString() };
  }

  realPath(file: string): string {
    this.enter("realPath", file);
    const real = this.medium.links.get(file) ?? file;
    if (!this.medium.files.has(real) && !this.medium.folders.has(real)) throw fileNotFound(file);
    return real;
  }
}

class MemoryFile implements RandomAccessFile {
  readonly path: string;
  readonly #fileSystem: MemoryFileSystem;
  readonly #inode: MemoryInode;
  readonly #mode: "read" | "readwrite";
  #open = true;

  constructor(fileSystem: MemoryFileSystem, file: string, inode: MemoryInode, mode: "read" | "readwrite") {
    this.#fileSystem = fileSystem;
    this.path = file;
    this.#inode = inode;
    this.#mode = mode;
  }

  #enter(call: FileCall, torn?: (share: number) => void): void {
    assert(this.#open, `${this.path} is used after it was closed`);
    if (this.#mode === "read" && (call === "write" || call === "truncate")) {
      throw fileOperationFailed(this.path, call, new Error("EBADF: opened read-only"));
    }
    this.#fileSystem.enter(call, this.path, torn);
  }

  sizeBytes(): number {
    this.#enter("sizeBytes");
    return this.#inode.sizeBytes;
  }

  read(offset: number, into: Uint8Array): number {
    this.#enter("read");
    const count = this.#inode.read(offset, into);
    const flip = this.#fileSystem.faults.flipOnRead;
    if (flip !== undefined && this.path.includes(flip.pathContains)) {
      const index = flip.offset - offset;
      if (index >= 0 && index < count) into[index] = (into[index] ?? 0) ^ (1 << flip.bit);
    }
    return count;
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#enter("write", (share) => this.#tear(offset, bytes, share));
    const capacity = this.#fileSystem.faults.capacityBytes;
    if (capacity !== undefined && bytes.length > 0) {
      const free = capacity - this.#fileSystem.medium.allocatedBytes();
      if (this.#inode.pagesMissing(offset, bytes.length) * 4096 > free) {
        let fits = bytes.length;
        while (fits > 0 && this.#inode.pagesMissing(offset, fits) * 4096 > free) fits -= Math.min(fits, 512);
        this.#apply(offset, bytes.subarray(0, fits));
        throw new StorageFullFault(this.path);
      }
    }
    this.#apply(offset, bytes);
  }

  #tear(offset: number, bytes: Uint8Array, share: number): void {
    const tornEnd = Math.floor((offset + bytes.length * share) / 512) * 512;
    this.#apply(offset, share === 1 ? bytes : bytes.subarray(0, Math.max(0, tornEnd - offset)));
  }

  #apply(offset: number, bytes: Uint8Array): void {
    this.#inode.write(offset, bytes);
    this.#inode.modifiedNs = this.#fileSystem.medium.tick();
  }

  truncate(sizeBytes: number): void {
    this.#enter("truncate");
    this.#inode.truncate(sizeBytes);
    this.#inode.modifiedNs = this.#fileSystem.medium.tick();
  }

  allocatedBytes(): number {
    this.#enter("sizeBytes");
    return this.#inode.allocatedBytes();
  }

  dataExtents(): Extent[] {
    this.#enter("sizeBytes");
    return this.#inode.dataExtents();
  }

  isLinked(): boolean {
    this.#enter("sizeBytes");
    return this.#inode.linked;
  }

  sync(): void {
    this.#enter("sync");
  }

  close(): void {
    this.#open = false;
  }
}
