/** Opened pages by id, least recently used first. 32 KiB a page: the default holds the lowest pages of 32 GiB of disk. */
export class PageCache {
  readonly #pages = new Map<string, Buffer>();
  readonly #countMax: number;

  constructor(countMax = 512) {
    this.#countMax = countMax;
  }

  get(id: Buffer): Buffer | undefined {
    const name = id.toString("latin1");
    const page = this.#pages.get(name);
    if (page !== undefined) {
      this.#pages.delete(name);
      this.#pages.set(name, page);
    }
    return page;
  }

  /** The page must not be altered afterwards. */
  put(id: Buffer, page: Buffer): void {
    this.#pages.set(id.toString("latin1"), page);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.#countMax) return;
      this.#pages.delete(oldest);
    }
  }
}
