import { Buffer } from "node:buffer";
import type { Extent } from "../disk/disk";
import { readExactly } from "../disk/disk-faults";
import { onDemandFiles } from "./on-demand-files";
import type { FileSystem, RandomAccessFile } from "../disk/random-access-file";

const SECTOR_BYTES = 512;
const MAP_PAGE_BYTES = 4096;
const SECTORS_PER_PAGE = MAP_PAGE_BYTES * 8;
const LOAD_BYTES = 1024 * 1024;

export interface OverlayRun extends Extent {
  /** Whether the overlay holds it. */
  readonly held: boolean;
}

/**
 * What a guest wrote to a disk, beside its image: the sectors at their own offsets in a sparse file, and a map of the
 * sectors that are there. The data goes before the map, both before the write returns: after a kill every write that the
 * guest was told of is there.
 */
export class SectorOverlay {
  readonly #data: RandomAccessFile;
  readonly #map: RandomAccessFile;
  /** Pages of the map that are not all zero. */
  readonly #pages = new Map<number, Buffer>();
  #sectorCount = 0;

  private constructor(data: RandomAccessFile, map: RandomAccessFile) {
    this.#data = data;
    this.#map = map;
  }

  /** Continues what is there; a map without data, or data without a map, is one that was being removed: empty. */
  static open(fileSystem: FileSystem, imagePath: string): SectorOverlay {
    const { overlay, overlayMap } = onDemandFiles(imagePath);
    const continued = fileSystem.exists(overlay) && fileSystem.exists(overlayMap);
    const open = (path: string) =>
      continued ? fileSystem.open(path, "readwrite") : fileSystem.create(path, { replace: true });
    // The map first: with new data under an old map, sectors would be taken for written that are not.
    const map = open(overlayMap);
    try {
      const opened = new SectorOverlay(open(overlay), map);
      if (continued) opened.#load();
      return opened;
    } catch (error) {
      map.close();
      throw error;
    }
  }

  /** Bytes that the overlay holds, each counted once. */
  get heldBytes(): number {
    return this.#sectorCount * SECTOR_BYTES;
  }

  write(offsetBytes: number, bytes: Uint8Array): void {
    this.#data.write(offsetBytes, bytes);
    const first = offsetBytes / SECTOR_BYTES;
    const end = first + bytes.length / SECTOR_BYTES;
    for (let sector = first; sector < end;) {
      const page = Math.floor(sector / SECTORS_PER_PAGE);
      const pageEnd = Math.min(end, (page + 1) * SECTORS_PER_PAGE);
      this.#mark(page, sector, pageEnd);
      sector = pageEnd;
    }
  }

  read(offsetBytes: number, into: Uint8Array): void {
    readExactly(this.#data, offsetBytes, into);
  }

  /** The range cut where it changes between held and not held. */
  runs(offsetBytes: number, lengthBytes: number): OverlayRun[] {
    const runs: { held: boolean; offsetBytes: number; lengthBytes: number }[] = [];
    const end = offsetBytes + lengthBytes;
    for (let at = offsetBytes; at < end; at += SECTOR_BYTES) {
      const held = this.#has(at / SECTOR_BYTES);
      const last = runs.at(-1);
      if (last?.held === held) last.lengthBytes += SECTOR_BYTES;
      else runs.push({ held, offsetBytes: at, lengthBytes: SECTOR_BYTES });
    }
    return runs;
  }

  /** Everything that is held, in the order of the disk, in pieces of at most `pieceBytes`. */
  *heldPieces(pieceBytes: number): Generator<Extent> {
    for (const page of [...this.#pages.keys()].sort((a, b) => a - b)) {
      for (const run of this.runs(page * SECTORS_PER_PAGE * SECTOR_BYTES, SECTORS_PER_PAGE * SECTOR_BYTES)) {
        if (!run.held) continue;
        for (let at = 0; at < run.lengthBytes; at += pieceBytes) {
          yield { offsetBytes: run.offsetBytes + at, lengthBytes: Math.min(pieceBytes, run.lengthBytes - at) };
        }
      }
    }
  }

  /** Data before map, as in `write`. */
  sync(): void {
    this.#data.sync();
    this.#map.sync();
  }

  close(): void {
    this.#data.close();
    this.#map.close();
  }

  #has(sector: number): boolean {
    const page = this.#pages.get(Math.floor(sector / SECTORS_PER_PAGE));
    if (page === undefined) return false;
    const bit = sector % SECTORS_PER_PAGE;
    return (((page[bit >>> 3] ?? 0) >>> (bit & 7)) & 1) === 1;
  }

  #mark(pageIndex: number, first: number, end: number): void {
    let page = this.#pages.get(pageIndex);
    if (page === undefined) this.#pages.set(pageIndex, (page = Buffer.alloc(MAP_PAGE_BYTES)));
    const base = pageIndex * SECTORS_PER_PAGE;
    let added = 0;
    for (let bit = first - base; bit < end - base; bit++) {
      const byte = page[bit >>> 3] ?? 0;
      const marked = byte | (1 << (bit & 7));
      if (marked === byte) continue;
      page[bit >>> 3] = marked;
      added += 1;
    }
    if (added === 0) return;
    const from = (first - base) >>> 3;
    const to = ((end - base - 1) >>> 3) + 1;
    try {
      this.#map.write(pageIndex * MAP_PAGE_BYTES + from, page.subarray(from, to));
    } catch (error) {
      // The guest hears that its write failed; the map in memory must not know better than the one on the medium.
      this.#reloadPage(pageIndex, page);
      throw error;
    }
    this.#sectorCount += added;
  }

  #reloadPage(pageIndex: number, page: Buffer): void {
    page.fill(0);
    this.#map.read(pageIndex * MAP_PAGE_BYTES, page);
    this.#sectorCount = [...this.#pages.values()].reduce((sum, one) => sum + countBits(one), 0);
  }

  #load(): void {
    const size = this.#map.sizeBytes();
    const chunk = Buffer.alloc(Math.min(LOAD_BYTES, Math.ceil(size / MAP_PAGE_BYTES) * MAP_PAGE_BYTES));
    const zeros = Buffer.alloc(MAP_PAGE_BYTES);
    for (let offset = 0; offset < size; offset += chunk.length) {
      chunk.fill(0);
      this.#map.read(offset, chunk);
      for (let at = 0; at < chunk.length; at += MAP_PAGE_BYTES) {
        const page = chunk.subarray(at, at + MAP_PAGE_BYTES);
        if (page.equals(zeros)) continue;
        this.#pages.set((offset + at) / MAP_PAGE_BYTES, Buffer.from(page));
        this.#sectorCount += countBits(page);
      }
    }
  }
}

function countBits(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
