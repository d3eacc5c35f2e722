import type { Extent } from "./disk";
import { RangeList } from "./vmdk-extent";
import { vmdkDamaged } from "./vmdk-faults";
import type { VmdkGrainTables } from "./vmdk-grain-tables";
import { VMDK_SECTOR_BYTES } from "./vmdk-sparse-header";

/**
 * The ranges whose grains are in the file, merged, in the order of the disk.
 * `bytesEach`: what a grain takes in the file at least. A file that names more grains than it can hold repeats itself,
 * and would make whoever reads the disk read for ever: VmdkDamaged.
 */
export function grainExtents(tables: VmdkGrainTables, sizeBytes: number, bytesEach: number): Extent[] {
  const { layout, file } = tables;
  const grainBytes = layout.grainSectors * VMDK_SECTOR_BYTES;
  let grainsAtMost = Math.ceil(file.sizeBytes() / bytesEach);
  const ranges = new RangeList();
  let grains = 0;
  for (let tableIndex = 0; tableIndex < tables.directory.length; tableIndex++) {
    const table = tables.table(tableIndex);
    if (table === null) continue;
    for (let entry = 0; entry < table.length; entry++) {
      if (tables.grainOfEntry(table[entry] ?? 0).kind !== "data") continue;
      const begin = (tableIndex * layout.entriesPerTable + entry) * grainBytes;
      if (begin >= sizeBytes) break;
      grains += 1;
      // A writer may have added grains since: the file is always longer than what its tables name.
      if (grains > grainsAtMost) grainsAtMost = Math.ceil(file.sizeBytes() / bytesEach);
      if (grains > grainsAtMost) throw vmdkDamaged(file.path, "its tables name more grains than the file can hold");
      ranges.add(begin, Math.min(grainBytes, sizeBytes - begin));
    }
  }
  return ranges.ranges;
}
