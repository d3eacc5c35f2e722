/**
 * Random access to one file, the only way in which the engine touches a file system. Calls are synchronous: the engine
 * runs in processes and worker threads of its own, and a write that has returned is visible to every other process on
 * the machine, which the write log and the preserve log rely on. Implementations: lib/adapters/files (real),
 * lib/testing/memory-file-system (twin, with planted faults).
 */
export interface RandomAccessFile {
  readonly path: string;
  sizeBytes(): number;
  /** Fills `into` from `offset`; returns the bytes read, fewer only at the end of the file. */
  read(offset: number, into: Uint8Array): number;
  /** Writes all of `bytes`, extending the file when needed. Throws StorageFullFault when the disk is full. */
  write(offset: number, bytes: Uint8Array): void;
  truncate(sizeBytes: number): void;
  /** Allocated bytes on the medium (`stat.blocks * 512`); a sparse file has fewer than its size. */
  allocatedBytes(): number;
  /**
   * Where the file may hold something other than zeros, ascending, in units of the file system; null when nobody can tell.
   * What another process has written by the time of the call is in it.
   */
  dataExtents?(): readonly { readonly offsetBytes: number; readonly lengthBytes: number }[] | null;
  /** False once the file's last name was removed; an open handle still reads what was there. */
  isLinked(): boolean;
  /** Durable on the medium when it returns. */
  sync(): void;
  close(): void;
}

/** What changes when somebody writes to a file. Compare with `sameIdentity`. */
export interface FileIdentity {
  /** Device and inode: another file under the same name has another one. */
  readonly fileId: string;
  readonly sizeBytes: number;
  /** Last write, nanoseconds, decimal (a string, so that it survives JSON and a worker's message). */
  readonly modifiedNs: string;
}

/** Opens and creates files for the engine. Missing file, no permission, disk full: typed faults. */
export interface FileSystem {
  open(path: string, mode: "read" | "readwrite"): RandomAccessFile;
  /** Fails when the file exists, unless `replace`. Only the owner may read it. */
  create(path: string, options?: { replace?: boolean }): RandomAccessFile;
  exists(path: string): boolean;
  /** Names (not paths) in the folder, sorted. */
  list(folder: string): string[];
  /** Removes a file; a file that is not there is no error. */
  remove(path: string): void;
  /** Atomic replacement, durable when it returns (file and folder are synced). */
  rename(from: string, to: string): void;
  /** With its parents; an existing folder is no error. */
  makeFolder(path: string): void;
  statIdentity(path: string): FileIdentity;
  /** The path without symbolic links, absolute: where the file really is. Missing: FileNotFound. */
  realPath(path: string): string;
}

export function sameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return a.fileId === b.fileId && a.sizeBytes === b.sizeBytes && a.modifiedNs === b.modifiedNs;
}
