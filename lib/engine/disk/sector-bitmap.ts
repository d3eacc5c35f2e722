/**
 * The sector bitmap in front of a dynamic VHD's block: bit set, the sector's data is in the file; clear, it is zero,
 * or the parent's in a differencing disk. Most significant bit first.
 */
export type BitmapFill = "full" | "partial";

export function bitmapFill(bitmap: Uint8Array): BitmapFill {
  return bitmap.every((byte) => byte === 0xff) ? "full" : "partial";
}

export function isSectorSet(bitmap: Uint8Array, sector: number): boolean {
  return ((bitmap[sector >> 3] ?? 0) & (0x80 >> (sector & 7))) !== 0;
}

/** True when a bit changed. */
export function setSectors(bitmap: Uint8Array, first: number, count: number): boolean {
  let changed = false;
  for (let sector = first; sector < first + count; sector++) {
    const old = bitmap[sector >> 3] ?? 0;
    const next = old | (0x80 >> (sector & 7));
    if (next !== old) changed = true;
    bitmap[sector >> 3] = next;
  }
  return changed;
}

/** Zeroes the sectors of `data` (which begins at `firstSector` of the block) whose bits are clear. */
export function zeroClearSectors(bitmap: Uint8Array, firstSector: number, data: Uint8Array): void {
  for (let at = 0; at < data.length; at += 512) {
    if (!isSectorSet(bitmap, firstSector + at / 512)) data.fill(0, at, at + 512);
  }
}
