import fs from "node:fs/promises";
import path from "node:path";
import { writeDirectly } from "../files/direct-writer";

/** Packs, not indexes and points: what is read again soon is better kept in the page cache. */
const DIRECT_FROM_BYTES = 512 * 1024;

/**
 * What a vault in a folder asks of a file system, call by call, so that a simulation can stand in its place. Errors carry
 * the operating system's `code`.
 */
export interface FolderFiles {
  /** The first folder that had to be made, with its parents below; undefined when all were there. */
  makeFolder(folder: string): Promise<string | undefined>;
  /** A new file; fails when there is one. */
  write(file: string, bytes: Uint8Array): Promise<FolderFile>;
  open(file: string): Promise<FolderFile>;
  rename(from: string, to: string): Promise<void>;
  /** What is not there is no error. */
  remove(file: string): Promise<void>;
  syncFolder(folder: string): Promise<void>;
  /** Null when there is none. */
  stat(file: string): Promise<{ readonly size: number; readonly modifiedAt: Date } | null>;
  /** Paths of all files below the folder. */
  filesBelow(folder: string): Promise<string[]>;
}

export interface FolderFile {
  readAll(): Promise<Buffer>;
  read(into: Buffer, at: number, length: number, position: number): Promise<number>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Folders and files are the owner's only. */
export const nodeFolderFiles: FolderFiles = {
  makeFolder: (folder) => fs.mkdir(folder, { recursive: true, mode: 0o700 }),
  async write(file, bytes) {
    const handle = await fs.open(file, "wx", 0o600);
    try {
      if (bytes.length < DIRECT_FROM_BYTES) await handle.writeFile(bytes);
      else await writeDirectly(file, bytes);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return fileOf(handle);
  },
  open: async (file) => fileOf(await fs.open(file, "r")),
  rename: (from, to) => fs.rename(from, to),
  remove: (file) => fs.rm(file, { force: true }),
  async syncFolder(folder) {
    const handle = await fs.open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async stat(file) {
    try {
      const { size, mtime } = await fs.stat(file);
      return { size, modifiedAt: mtime };
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
  },
  async filesBelow(folder) {
    const entries = await fs.readdir(folder, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  },
};

function fileOf(handle: fs.FileHandle): FolderFile {
  return {
    readAll: () => handle.readFile(),
    read: async (into, at, length, position) => (await handle.read(into, at, length, position)).bytesRead,
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}
