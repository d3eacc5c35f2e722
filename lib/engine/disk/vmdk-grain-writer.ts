import { Buffer } from "node:buffer";
import { vmdkUnsupported } from "./vmdk-faults";
import type { VmdkGrainTables } from "./vmdk-grain-tables";
import { checkForWriting } from "./vmdk-table-check";
import { UNCLEAN_OFFSET, VMDK_SECTOR_BYTES } from "./vmdk-sparse-header";

/** The file grows in steps of this, so that not every grain needs a sync of the file's new size. */
const RESERVE_SECTORS = (64 * 2 ** 20) / VMDK_SECTOR_BYTES;
/** Tables hold sector numbers of 32 bits: 2 TiB of file. */
const SECTORS_MAX = 0xffff_ffff;

/**
 * Adds grains to a sparse extent. The order makes every instant a sound file: (1) the file is grown, durably, by a hole
 * of zeros; (2) the grain's data goes there; (3) the second copy of the table names it, then (4) the table that counts.
 * Killed before 4, the grain is space that nobody refers to, and the next writer uses it again. After a loss of power, an
 * entry may be there without its data; without a parent that is a lost write, as on any disk that was not synced. With a
 * parent it would hide the parent's bytes too, so that the data is synced before 3.
 */
export class VmdkGrainWriter {
  readonly #tables: VmdkGrainTables;
  readonly #syncFirst: boolean;
  #next: number;
  #reservedEnd: number;
  #begun = false;

  /** Faults of `checkForWriting`. */
  constructor(tables: VmdkGrainTables, hasParent: boolean) {
    this.#tables = tables;
    this.#syncFirst = hasParent;
    this.#next = checkForWriting(tables);
    this.#reservedEnd = this.#next;
  }

  add(grain: number, whole: Uint8Array): void {
    if (!this.#tables.hasTable(grain))
      throw vmdkUnsupported(this.#tables.file.path, "makes its grain tables only when they are needed");
    const sector = this.#take();
    this.#tables.file.write(sector * VMDK_SECTOR_BYTES, whole);
    if (this.#syncFirst) this.#tables.file.sync();
    // From here on the space is never used for another grain: if an entry fails to be written, it may still be there.
    this.#next += this.#tables.layout.grainSectors;
    this.#tables.enter(grain, sector);
  }

  #take(): number {
    const { file, layout } = this.#tables;
    if (!this.#begun) this.#begin();
    const end = this.#next + layout.grainSectors;
    if (end > SECTORS_MAX) throw vmdkUnsupported(file.path, "has reached the 2 TiB that its format can address");
    if (end > this.#reservedEnd) {
      const reserved = Math.min(this.#next + Math.max(RESERVE_SECTORS, layout.grainSectors), SECTORS_MAX);
      file.truncate(reserved * VMDK_SECTOR_BYTES);
      file.sync();
      this.#reservedEnd = reserved;
    }
    return this.#next;
  }

  /** What follows the last grain belongs to nobody: a killed writer's reserve. */
  #begin(): void {
    this.#mark(1);
    this.#tables.file.truncate(this.#next * VMDK_SECTOR_BYTES);
    this.#begun = true;
  }

  #mark(unclean: 0 | 1): void {
    this.#tables.file.write(UNCLEAN_OFFSET, Buffer.from([unclean]));
  }

  /** Gives back the reserve and takes away the mark of a writer at work. */
  finish(): void {
    if (!this.#begun) return;
    this.#tables.file.truncate(this.#next * VMDK_SECTOR_BYTES);
    this.#tables.file.sync();
    this.#mark(0);
  }
}
