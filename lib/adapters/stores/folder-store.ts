import { randomBytes } from "node:crypto";
import path from "node:path";
import { Fault } from "@/lib/kernel/fault";
import { parseObjectName } from "@/lib/engine/vault/object-names";
import {
  invalidObjectName,
  objectNotFound,
  objectTruncated,
  storageFull,
  type ByteRange,
  type ObjectStore,
  type StoredObject,
} from "@/lib/engine/vault/object-store";
import { nodeFolderFiles, type FolderFile, type FolderFiles } from "./folder-files";

/** Names with a dot cannot be objects', so nothing here is ever listed. */
const TEMPORARY_FOLDER = ".incoming";
const TEMPORARY_AGE_MS_MAX = 24 * 60 * 60 * 1_000;

/**
 * A vault in a folder: one file an object. A file is written beside, synced, and renamed to its name; then its folder is
 * synced. Folders and files are the owner's only.
 */
export class FolderStore implements ObjectStore {
  readonly #root: string;
  readonly #files: FolderFiles;
  readonly #folders = new Set<string>();

  private constructor(root: string, files: FolderFiles) {
    this.#root = root;
    this.#files = files;
  }

  /** Makes the folder when it is missing, and clears away what an earlier process died over. */
  static async open(root: string, files: FolderFiles = nodeFolderFiles): Promise<FolderStore> {
    const store = new FolderStore(path.resolve(root), files);
    await store.#makeFolder(path.join(store.#root, TEMPORARY_FOLDER));
    await store.#removeOldTemporaries();
    return store;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const file = this.#file(name);
    const temporary = path.join(this.#root, TEMPORARY_FOLDER, randomBytes(12).toString("hex"));
    await this.#makeFolder(path.dirname(file));
    try {
      await this.#writeDurably(temporary, bytes);
      await this.#files.rename(temporary, file);
      await this.#files.syncFolder(path.dirname(file));
    } catch (error) {
      await this.#files.remove(temporary);
      throw translate(error, name, "write");
    }
  }

  async get(name: string, range?: ByteRange): Promise<Buffer> {
    let file: FolderFile | null = null;
    try {
      file = await this.#files.open(this.#file(name));
      if (range === undefined) return await file.readAll();
      const bytes = range.into?.subarray(0, range.length) ?? Buffer.allocUnsafeSlow(range.length);
      let done = 0;
      while (done < range.length) {
        const bytesRead = await file.read(bytes, done, range.length - done, range.offset + done);
        if (bytesRead === 0) throw objectTruncated(name);
        done += bytesRead;
      }
      return bytes;
    } catch (error) {
      throw translate(error, name, "read");
    } finally {
      await file?.close();
    }
  }

  async size(name: string): Promise<number | null> {
    try {
      return (await this.#files.stat(this.#file(name)))?.size ?? null;
    } catch (error) {
      throw translate(error, name, "look up");
    }
  }

  async list(prefix: string): Promise<StoredObject[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    const found: StoredObject[] = [];
    try {
      for (const file of await this.#files.filesBelow(path.join(this.#root, folder))) {
        const name = path.relative(this.#root, file).split(path.sep).join("/");
        if (!name.startsWith(prefix) || parseObjectName(name) === null) continue;
        const stat = await this.#files.stat(file);
        if (stat !== null) found.push({ name, sizeBytes: stat.size, modifiedAt: stat.modifiedAt });
      }
    } catch (error) {
      if (codeOf(error) === "ENOENT") return found;
      throw translate(error, prefix, "list");
    }
    return found;
  }

  async delete(name: string): Promise<void> {
    const file = this.#file(name);
    try {
      await this.#files.remove(file);
      await this.#files.syncFolder(path.dirname(file));
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw translate(error, name, "delete");
    }
  }

  #file(name: string): string {
    if (parseObjectName(name) === null) throw invalidObjectName(name);
    return path.join(this.#root, name);
  }

  /** A folder is durable when its parent is synced; done once per folder and process. */
  async #makeFolder(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    try {
      const first = await this.#files.makeFolder(folder);
      if (first !== undefined) {
        for (let made = folder; made.length >= first.length; made = path.dirname(made))
          await this.#files.syncFolder(path.dirname(made));
      }
    } catch (error) {
      throw translate(error, folder, "create");
    }
    this.#folders.add(folder);
  }

  async #writeDurably(file: string, bytes: Uint8Array): Promise<void> {
    const written = await this.#files.write(file, bytes);
    try {
      await written.sync();
    } finally {
      await written.close();
    }
  }

  async #removeOldTemporaries(): Promise<void> {
    const folder = path.join(this.#root, TEMPORARY_FOLDER);
    try {
      for (const file of await this.#files.filesBelow(folder)) {
        const stat = await this.#files.stat(file);
        // Younger ones may be another process's, being written now.
        const old = stat !== null && Date.now() - stat.modifiedAt.getTime() > TEMPORARY_AGE_MS_MAX;
        if (old) await this.#files.remove(file);
      }
    } catch (error) {
      throw translate(error, folder, "clear");
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function translate(error: unknown, name: string, verb: string): unknown {
  if (error instanceof Fault) return error;
  switch (codeOf(error)) {
    case "ENOENT":
      return objectNotFound(name, error);
    case "ENOSPC":
    case "EDQUOT":
      return storageFull(name, error);
    case undefined:
      // Not the operating system's: a bug of ours, which must not be dressed up as advice.
      return error;
    default:
      return new Fault(
        {
          code: "StorageFailed",
          message: `The storage failed to ${verb} ${name} (${codeOf(error) ?? "unknown"}).`,
          possibleCauses:
            "The disk of the storage account is failing, is mounted read-only, or belongs to another user.",
          recommendedAction: "Check that disk, its permissions and the system log; the operation is tried again.",
        },
        { cause: error, retryable: true },
      );
  }
}
