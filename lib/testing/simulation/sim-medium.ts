import path from "node:path";

/** A file's content: what is in memory, and what a power failure leaves of it. */
export interface SimFile {
  content: Buffer;
  /** As of the last sync; null when it was never synced. */
  durable: Buffer | null;
  modifiedAtMs: number;
}

/**
 * A disk with a cache, as POSIX allows it to be: content survives a power failure when the file was synced, a name when
 * its folder was synced. What was not may survive as well, or in part, as chance has it. A killed process loses nothing that
 * it had handed over.
 */
export class SimMedium {
  readonly #files = new Map<string, SimFile>();
  readonly #durableNames = new Map<string, SimFile>();
  readonly #folders = new Set<string>(["/"]);
  readonly #durableFolders = new Set<string>(["/"]);

  get(file: string): SimFile | undefined {
    return this.#files.get(file);
  }

  hasFolder(folder: string): boolean {
    return this.#folders.has(folder);
  }

  addFolder(folder: string): void {
    this.#folders.add(folder);
  }

  put(file: string, entry: SimFile): void {
    this.#files.set(file, entry);
  }

  rename(from: string, to: string): void {
    const entry = this.#files.get(from);
    if (entry === undefined) return;
    this.#files.delete(from);
    this.#files.set(to, entry);
  }

  remove(file: string): void {
    this.#files.delete(file);
  }

  below(folder: string): string[] {
    return [...this.#files.keys()].filter((file) => file.startsWith(`${folder}/`));
  }

  usedBytes(): number {
    let total = 0;
    for (const { content } of this.#files.values()) total += content.length;
    return total;
  }

  syncFile(entry: SimFile): void {
    entry.durable = Buffer.from(entry.content);
  }

  /** The names in the folder, of files and of folders, survive from now on. */
  syncFolder(folder: string): void {
    for (const file of this.#durableNames.keys()) {
      if (path.posix.dirname(file) === folder && !this.#files.has(file)) this.#durableNames.delete(file);
    }
    for (const [file, entry] of this.#files)
      if (path.posix.dirname(file) === folder) this.#durableNames.set(file, entry);
    for (const made of this.#folders) if (path.posix.dirname(made) === folder) this.#durableFolders.add(made);
  }

  /** The power fails: `chance` decides what of the cache had reached the medium. */
  loseCache(chance: (below: number) => number): void {
    for (const folder of [...this.#folders].sort()) {
      const reachable = this.#durableFolders.has(path.posix.dirname(folder)) || folder === "/";
      if (!this.#durableFolders.has(folder) && reachable && chance(2) === 0) this.#durableFolders.add(folder);
    }
    for (const name of new Set([...this.#files.keys(), ...this.#durableNames.keys()])) {
      if (this.#files.get(name) !== this.#durableNames.get(name) && chance(2) === 0) this.#keep(name);
    }
    this.#folders.clear();
    this.#files.clear();
    const survives = (folder: string): boolean =>
      folder === "/" || (this.#durableFolders.has(folder) && survives(path.posix.dirname(folder)));
    for (const folder of [...this.#durableFolders]) {
      if (survives(folder)) this.#folders.add(folder);
      else this.#durableFolders.delete(folder);
    }
    for (const [name, entry] of [...this.#durableNames]) {
      if (this.#folders.has(path.posix.dirname(name))) this.#files.set(name, leftOf(entry, chance));
      else this.#durableNames.delete(name);
    }
    for (const [name, entry] of this.#files) this.#durableNames.set(name, entry);
  }

  #keep(name: string): void {
    const entry = this.#files.get(name);
    if (entry === undefined) this.#durableNames.delete(name);
    else this.#durableNames.set(name, entry);
  }
}

/** What was written and never synced may have arrived whole, in part, with pages of zeros, or not at all. */
function leftOf(entry: SimFile, chance: (below: number) => number): SimFile {
  const durable = entry.durable ?? unsynced(entry.content, chance);
  return { content: Buffer.from(durable), durable, modifiedAtMs: entry.modifiedAtMs };
}

function unsynced(content: Buffer, chance: (below: number) => number): Buffer {
  switch (chance(4)) {
    case 0:
      return Buffer.alloc(0);
    case 1:
      return Buffer.from(content.subarray(0, chance(content.length + 1)));
    case 2: {
      const holed = Buffer.from(content);
      const at = chance(content.length + 1);
      holed.fill(0, at, Math.min(content.length, at + 4_096));
      return holed;
    }
    default:
      return Buffer.from(content);
  }
}
