const SECTOR_BYTES = 512;

export interface VhdGeometry {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectorsPerTrack: number;
}

/**
 * Cylinders, heads and sectors that old guests and old virtual machines believe in, as the appendix "CHS Calculation" of
 * the Virtual Hard Disk Image Format Specification (Microsoft, 2006) computes them. They describe at most 127 GB and
 * mostly less than the disk: the footer's size in bytes is what counts.
 */
export function vhdGeometry(virtualSizeBytes: number): VhdGeometry {
  const totalSectors = Math.min(Math.floor(virtualSizeBytes / SECTOR_BYTES), 65_535 * 16 * 255);
  if (totalSectors >= 65_535 * 16 * 63) return geometry(totalSectors, 16, 255);
  const small = Math.floor(totalSectors / 17);
  const heads = Math.max(4, Math.floor((small + 1023) / 1024));
  if (heads <= 16 && small < heads * 1024) return geometry(totalSectors, heads, 17);
  if (Math.floor(totalSectors / 31) < 16 * 1024) return geometry(totalSectors, 16, 31);
  return geometry(totalSectors, 16, 63);
}

function geometry(totalSectors: number, heads: number, sectorsPerTrack: number): VhdGeometry {
  return { cylinders: Math.floor(Math.floor(totalSectors / sectorsPerTrack) / heads), heads, sectorsPerTrack };
}
