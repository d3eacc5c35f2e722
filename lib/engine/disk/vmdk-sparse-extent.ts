import { Buffer } from "node:buffer";
import type { Extent } from "./disk";
import type { RandomAccessFile } from "./random-access-file";
import type { ReadBelow, VmdkExtent } from "./vmdk-extent";
import { vmdkTruncated } from "./vmdk-faults";
import { grainExtents } from "./vmdk-grain-extents";
import { VmdkGrainTables } from "./vmdk-grain-tables";
import { VmdkGrainWriter } from "./vmdk-grain-writer";
import { VMDK_SECTOR_BYTES, type VmdkSparseLayout } from "./vmdk-sparse-header";
import { isZero } from "./zero-bytes";

export interface SparseExtentOptions {
  readonly sizeBytes: number;
  readonly writable: boolean;
  /** What is absent here is the parent's then, not zero. */
  readonly hasParent: boolean;
}

/** A growing extent: grains of (usually) 64 KiB, entered in grain tables when they are first written. */
export class VmdkSparseExtent implements VmdkExtent {
  readonly sizeBytes: number;
  readonly file: RandomAccessFile;
  readonly #tables: VmdkGrainTables;
  readonly #grainBytes: number;
  readonly #hasParent: boolean;
  readonly #writer: VmdkGrainWriter | null;

  /** Opening for writing checks every table and repairs the second copy of them. Faults: Vmdk… */
  constructor(file: RandomAccessFile, layout: VmdkSparseLayout, options: SparseExtentOptions) {
    this.file = file;
    this.sizeBytes = options.sizeBytes;
    this.#tables = new VmdkGrainTables(file, layout);
    this.#grainBytes = layout.grainSectors * VMDK_SECTOR_BYTES;
    this.#hasParent = options.hasParent;
    this.#writer = options.writable ? new VmdkGrainWriter(this.#tables, options.hasParent) : null;
  }

  read(offsetBytes: number, into: Uint8Array, below: ReadBelow): void {
    this.#eachPiece(offsetBytes, into, (grain, inGrain, piece) => {
      const found = this.#tables.grain(grain);
      if (found.kind === "zero") piece.fill(0);
      else if (found.kind === "absent") below(grain * this.#grainBytes + inGrain, piece);
      else this.#readGrain(found.sector * VMDK_SECTOR_BYTES + inGrain, piece);
    });
  }

  #readGrain(offset: number, into: Uint8Array): void {
    if (this.file.read(offset, into) !== into.length)
      throw vmdkTruncated(this.file.path, `a grain should end at ${offset + into.length}, beyond the file's end`);
  }

  #eachPiece(
    offsetBytes: number,
    bytes: Uint8Array,
    visit: (grain: number, inGrain: number, piece: Uint8Array) => void,
  ): void {
    for (let done = 0; done < bytes.length;) {
      const inGrain = (offsetBytes + done) % this.#grainBytes;
      const length = Math.min(this.#grainBytes - inGrain, bytes.length - done);
      visit(Math.floor((offsetBytes + done) / this.#grainBytes), inGrain, bytes.subarray(done, done + length));
      done += length;
    }
  }

  write(offsetBytes: number, bytes: Uint8Array, below: ReadBelow): void {
    this.#eachPiece(offsetBytes, bytes, (grain, inGrain, piece) => {
      const found = this.#tables.grain(grain);
      if (found.kind === "data") this.file.write(found.sector * VMDK_SECTOR_BYTES + inGrain, piece);
      else if (!isZero(piece) || (found.kind === "absent" && this.#hasParent)) {
        this.#writer?.add(grain, this.#completed(grain, inGrain, piece, found.kind === "absent" ? below : null));
      }
    });
  }

  /** A whole grain: the piece, and around it what was there before. */
  #completed(grain: number, inGrain: number, piece: Uint8Array, below: ReadBelow | null): Buffer {
    const whole = Buffer.alloc(this.#grainBytes);
    if (below !== null && piece.length < whole.length) {
      const begin = grain * this.#grainBytes;
      below(begin, whole.subarray(0, Math.min(whole.length, this.sizeBytes - begin)));
    }
    whole.set(piece, inGrain);
    return whole;
  }

  allocatedExtents(): Extent[] {
    return grainExtents(this.#tables, this.sizeBytes, this.#grainBytes);
  }

  sync(): void {
    this.file.sync();
  }

  close(): void {
    try {
      this.#writer?.finish();
    } finally {
      this.file.close();
    }
  }
}
