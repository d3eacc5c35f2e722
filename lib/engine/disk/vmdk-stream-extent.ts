import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import type { Extent } from "./disk";
import { diskIsReadOnly } from "./disk-faults";
import type { RandomAccessFile } from "./random-access-file";
import type { ReadBelow, VmdkExtent } from "./vmdk-extent";
import { vmdkDamaged, vmdkTruncated } from "./vmdk-faults";
import { grainExtents } from "./vmdk-grain-extents";
import { VmdkGrainTables } from "./vmdk-grain-tables";
import { VMDK_SECTOR_BYTES, type VmdkSparseLayout } from "./vmdk-sparse-header";

/** A grain's marker: where on the disk it belongs (64 bits), how long its data is (32 bits). */
const MARKER_BYTES = 12;

/** The one extent of a stream-optimised disk: each grain deflated (zlib format) behind a marker. Read-only. */
export class VmdkStreamExtent implements VmdkExtent {
  readonly sizeBytes: number;
  readonly file: RandomAccessFile;
  readonly #tables: VmdkGrainTables;
  readonly #grainBytes: number;
  #unpacked: { readonly grain: number; readonly bytes: Buffer } | null = null;

  constructor(file: RandomAccessFile, layout: VmdkSparseLayout, sizeBytes: number) {
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.#tables = new VmdkGrainTables(file, layout);
    this.#grainBytes = layout.grainSectors * VMDK_SECTOR_BYTES;
  }

  read(offsetBytes: number, into: Uint8Array, below: ReadBelow): void {
    for (let done = 0; done < into.length;) {
      const at = offsetBytes + done;
      const grain = Math.floor(at / this.#grainBytes);
      const inGrain = at % this.#grainBytes;
      const piece = into.subarray(done, done + Math.min(this.#grainBytes - inGrain, into.length - done));
      const found = this.#tables.grain(grain);
      if (found.kind === "zero") piece.fill(0);
      else if (found.kind === "absent") below(at, piece);
      else piece.set(this.#unpack(grain, found.sector).subarray(inGrain, inGrain + piece.length));
      done += piece.length;
    }
  }

  #unpack(grain: number, sector: number): Buffer {
    if (this.#unpacked?.grain === grain) return this.#unpacked.bytes;
    const { path } = this.file;
    const begin = sector * VMDK_SECTOR_BYTES;
    const marker = Buffer.alloc(MARKER_BYTES);
    if (this.file.read(begin, marker) !== marker.length) throw vmdkTruncated(path, "it ends before one of its grains");
    const place = marker.readBigUInt64LE(0);
    const length = marker.readUInt32LE(8);
    if (place !== BigInt(grain) * BigInt(this.#grainBytes / VMDK_SECTOR_BYTES))
      throw vmdkDamaged(path, `the grain at sector ${sector} says that it belongs to another place of the disk`);
    if (length === 0 || length > 2 * this.#grainBytes)
      throw vmdkDamaged(path, `the grain at sector ${sector} has ${length} compressed bytes`);
    if (begin + MARKER_BYTES + length > this.file.sizeBytes()) throw vmdkTruncated(path, "it ends within a grain");
    const packed = Buffer.alloc(length);
    this.file.read(begin + MARKER_BYTES, packed);
    const bytes = this.#inflate(packed, sector);
    if (bytes.length < Math.min(this.#grainBytes, this.sizeBytes - grain * this.#grainBytes))
      throw vmdkDamaged(path, `the grain at sector ${sector} is too short`);
    this.#unpacked = { grain, bytes };
    return bytes;
  }

  #inflate(packed: Buffer, sector: number): Buffer {
    try {
      return inflateSync(packed, { maxOutputLength: this.#grainBytes, chunkSize: Math.max(64, this.#grainBytes) });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw vmdkDamaged(this.file.path, `the grain at sector ${sector} cannot be decompressed (${why})`);
    }
  }

  write(): void {
    throw diskIsReadOnly(this.file.path);
  }

  allocatedExtents(): Extent[] {
    return grainExtents(this.#tables, this.sizeBytes, VMDK_SECTOR_BYTES);
  }

  sync(): void {
    // Nothing was written.
  }

  close(): void {
    this.file.close();
  }
}
