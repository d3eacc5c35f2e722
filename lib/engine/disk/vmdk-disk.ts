import type { Disk, DiskFormat, Extent } from "./disk";
import { diskIsReadOnly } from "./disk-faults";
import { extentsBelow, extentUnion } from "./extent-union";
import { assertInside, type OpenMode } from "./flat-disk";
import type { RandomAccessFile } from "./random-access-file";
import type { ReadBelow, VmdkExtent } from "./vmdk-extent";

export interface VmdkParts {
  readonly format: DiskFormat;
  /** The file that was opened: the descriptor, or the sparse file with the descriptor in it. */
  readonly file: RandomAccessFile;
  /** In the order of the disk, at least one. */
  readonly extents: readonly VmdkExtent[];
  readonly parent: Disk | null;
  readonly mode: OpenMode;
  readonly contentId: string;
  /** Gives the disk a new content id, before the first write after the opening. */
  readonly renewContentId: (offsetBytes: number, bytes: Uint8Array) => void;
}

interface Placed {
  readonly begin: number;
  readonly extent: VmdkExtent;
}

/** A VMDK of any kind: its extents one after the other, and below them the parent of a snapshot. */
export class VmdkDisk implements Disk {
  readonly format: DiskFormat;
  readonly virtualSizeBytes: number;
  readonly logicalSectorBytes = 512;
  readonly file: RandomAccessFile;
  readonly files: readonly RandomAccessFile[];
  /** The content id as it was when the disk was opened. */
  readonly linkageId: string;
  readonly #parts: VmdkParts;
  readonly #placed: readonly Placed[];
  #renewed = false;

  constructor(parts: VmdkParts) {
    this.#parts = parts;
    this.format = parts.format;
    this.file = parts.file;
    this.linkageId = parts.contentId;
    const own = parts.extents.map((extent) => extent.file).filter((file) => file !== null && file !== parts.file);
    this.files = [parts.file, ...own.filter((file) => file !== null), ...(parts.parent?.files ?? [])];
    const placed: Placed[] = [];
    let begin = 0;
    for (const extent of parts.extents) {
      placed.push({ begin, extent });
      begin += extent.sizeBytes;
    }
    this.#placed = placed;
    this.virtualSizeBytes = begin;
  }

  read(offsetBytes: number, into: Uint8Array): void {
    assertInside(this, offsetBytes, into.length);
    this.#eachPiece(offsetBytes, into, ({ begin, extent }, inExtent, piece) =>
      extent.read(inExtent, piece, this.#below(begin)),
    );
  }

  write(offsetBytes: number, bytes: Uint8Array): void {
    if (this.#parts.mode === "read") throw diskIsReadOnly(this.file.path);
    assertInside(this, offsetBytes, bytes.length);
    if (bytes.length === 0) return;
    if (!this.#renewed) this.#parts.renewContentId(offsetBytes, bytes);
    this.#renewed = true;
    this.#eachPiece(offsetBytes, bytes, ({ begin, extent }, inExtent, piece) =>
      extent.write(inExtent, piece, this.#below(begin)),
    );
  }

  #eachPiece(
    offsetBytes: number,
    bytes: Uint8Array,
    visit: (placed: Placed, inExtent: number, piece: Uint8Array) => void,
  ): void {
    let index = this.#indexAt(offsetBytes);
    for (let done = 0; done < bytes.length; index++) {
      const placed = this.#placed[index];
      if (placed === undefined) return;
      const inExtent = offsetBytes + done - placed.begin;
      const length = Math.min(placed.extent.sizeBytes - inExtent, bytes.length - done);
      visit(placed, inExtent, bytes.subarray(done, done + length));
      done += length;
    }
  }

  /** The last extent that begins at or before the offset. */
  #indexAt(offsetBytes: number): number {
    let low = 0;
    let high = this.#placed.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#placed[middle]?.begin ?? 0) <= offsetBytes) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** A parent that is smaller than its child ends in zeros. */
  #below(extentBegin: number): ReadBelow {
    const { parent } = this.#parts;
    return (offsetBytes, into) => {
      const begin = extentBegin + offsetBytes;
      const there = Math.max(0, Math.min(into.length, (parent?.virtualSizeBytes ?? 0) - begin));
      if (parent !== null && there > 0) parent.read(begin, into.subarray(0, there));
      into.fill(0, there);
    };
  }

  allocatedExtents(): Extent[] {
    const own: Extent[] = this.#placed.flatMap(({ begin, extent }) =>
      extent
        .allocatedExtents()
        .map(({ offsetBytes, lengthBytes }) => ({ offsetBytes: begin + offsetBytes, lengthBytes })),
    );
    const inherited = this.#parts.parent?.allocatedExtents() ?? [];
    // The union also joins pieces that touch across extents.
    return extentUnion(own, extentsBelow(inherited, this.virtualSizeBytes));
  }

  sync(): void {
    for (const { extent } of this.#placed) extent.sync();
    this.file.sync();
  }

  close(): void {
    closeAll([...this.#parts.extents, this.file, ...(this.#parts.parent === null ? [] : [this.#parts.parent])]);
  }
}

/** Closes every one of them, whatever happens to the others; the first fault is thrown at the end. */
export function closeAll(closable: readonly { close(): void }[]): void {
  const [first, ...rest] = closable;
  try {
    first?.close();
  } finally {
    if (rest.length > 0) closeAll(rest);
  }
}
