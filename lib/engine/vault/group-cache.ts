import type { BlockGroup } from "./block-group";

/** Opened groups, least recently used first: whoever reads block after block opens each once. A megabyte each. */
export class GroupCache {
  readonly #groups = new Map<string, BlockGroup>();
  readonly #countMax: number;

  constructor(countMax = 8) {
    this.#countMax = countMax;
  }

  get(pack: number, offset: number): BlockGroup | undefined {
    const name = `${pack}/${offset}`;
    const group = this.#groups.get(name);
    if (group !== undefined) {
      this.#groups.delete(name);
      this.#groups.set(name, group);
    }
    return group;
  }

  put(pack: number, offset: number, group: BlockGroup): void {
    this.#groups.set(`${pack}/${offset}`, group);
    for (const oldest of this.#groups.keys()) {
      if (this.#groups.size <= this.#countMax) return;
      this.#groups.delete(oldest);
    }
  }
}
