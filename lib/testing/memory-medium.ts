/** What outlives a process: the files themselves. `MemoryFileSystem` is one process's view of it. */
export class MemoryMedium {
  readonly files = new Map<string, MemoryInode>();
  readonly folders = new Set<string>(["/"]);
  /** Symbolic links to files: where each leads, as an absolute path. */
  readonly links = new Map<string, string>();
  #ticks = 0;
  #inodes = 0;

  newInode(): MemoryInode {
    return new MemoryInode(++this.#inodes, this.tick());
  }

  /** A clock of its own: every write gets a later time than the one before. */
  tick(): bigint {
    return BigInt(++this.#ticks) * 1000n;
  }

  allocatedBytes(): number {
    let total = 0;
    for (const inode of this.files.values()) total += inode.allocatedBytes();
    return total;
  }
}

const PAGE_BYTES = 4096;

/** A sparse file: pages that were never written take nothing, so that a test may have disks of terabytes. */
export class MemoryInode {
  readonly inode: number;
  modifiedNs: bigint;
  sizeBytes = 0;
  linked = true;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(inode: number, modifiedNs: bigint) {
    this.inode = inode;
    this.modifiedNs = modifiedNs;
  }

  allocatedBytes(): number {
    return this.#pages.size * PAGE_BYTES;
  }

  /** A page at a time, not merged, as a file system that is badly fragmented would answer. */
  dataExtents(): { offsetBytes: number; lengthBytes: number }[] {
    return [...this.#pages.keys()]
      .sort((a, b) => a - b)
      .map((page) => ({ offsetBytes: page * PAGE_BYTES, lengthBytes: PAGE_BYTES }))
      .filter(({ offsetBytes }) => offsetBytes < this.sizeBytes);
  }

  /** What ZFS does when zeros are written and it compresses: the page is given back. */
  punchHole(page: number): void {
    this.#pages.delete(page);
  }

  /** How many pages a write would add. */
  pagesMissing(offset: number, length: number): number {
    let missing = 0;
    const last = Math.floor((offset + length - 1) / PAGE_BYTES);
    for (let page = Math.floor(offset / PAGE_BYTES); page <= last; page++) if (!this.#pages.has(page)) missing += 1;
    return missing;
  }

  read(offset: number, into: Uint8Array): number {
    const count = Math.max(0, Math.min(into.length, this.sizeBytes - offset));
    let done = 0;
    while (done < count) {
      const at = offset + done;
      const inPage = at % PAGE_BYTES;
      const piece = Math.min(PAGE_BYTES - inPage, count - done);
      const page = this.#pages.get(Math.floor(at / PAGE_BYTES));
      if (page === undefined) into.fill(0, done, done + piece);
      else into.set(page.subarray(inPage, inPage + piece), done);
      done += piece;
    }
    return count;
  }

  write(offset: number, bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) {
      const at = offset + done;
      const inPage = at % PAGE_BYTES;
      const piece = Math.min(PAGE_BYTES - inPage, bytes.length - done);
      let page = this.#pages.get(Math.floor(at / PAGE_BYTES));
      if (page === undefined) {
        page = new Uint8Array(PAGE_BYTES);
        this.#pages.set(Math.floor(at / PAGE_BYTES), page);
      }
      page.set(bytes.subarray(done, done + piece), inPage);
      done += piece;
    }
    if (bytes.length > 0) this.sizeBytes = Math.max(this.sizeBytes, offset + bytes.length);
  }

  truncate(sizeBytes: number): void {
    if (sizeBytes < this.sizeBytes) {
      for (const page of [...this.#pages.keys()]) if (page * PAGE_BYTES >= sizeBytes) this.#pages.delete(page);
      this.#pages.get(Math.floor(sizeBytes / PAGE_BYTES))?.fill(0, sizeBytes % PAGE_BYTES);
    }
    this.sizeBytes = sizeBytes;
  }
}
