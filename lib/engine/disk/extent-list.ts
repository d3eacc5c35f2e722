/** Extents of half-filled blocks are widened to this grain: a bitmap like a sieve must not give a million extents. */
export const EXTENT_GRAIN_BYTES = 65_536;

/** Collects extents in ascending order, merges those that touch, and cuts them at the disk's end. */
export class ExtentList {
  readonly extents: { offsetBytes: number; lengthBytes: number }[] = [];
  readonly #limit: number;

  constructor(virtualSizeBytes: number) {
    this.#limit = virtualSizeBytes;
  }

  add(begin: number, end: number): void {
    const clipped = Math.min(end, this.#limit);
    if (begin >= clipped) return;
    const last = this.extents.at(-1);
    const lastEnd = last === undefined ? -1 : last.offsetBytes + last.lengthBytes;
    if (last !== undefined && lastEnd >= begin) last.lengthBytes = Math.max(lastEnd, clipped) - last.offsetBytes;
    else this.extents.push({ offsetBytes: begin, lengthBytes: clipped - begin });
  }

  /** The grains of a block of `lengthBytes` in which `hasData` finds something. */
  addGrains(begin: number, lengthBytes: number, hasData: (inBlock: number, lengthBytes: number) => boolean): void {
    for (let at = 0; at < lengthBytes; at += EXTENT_GRAIN_BYTES) {
      if (hasData(at, EXTENT_GRAIN_BYTES)) this.add(begin + at, begin + at + EXTENT_GRAIN_BYTES);
    }
  }
}
