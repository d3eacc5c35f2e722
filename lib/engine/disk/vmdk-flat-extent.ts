import { readExactly } from "./disk-faults";
import type { Extent } from "./disk";
import type { RandomAccessFile } from "./random-access-file";
import type { VmdkExtent } from "./vmdk-extent";
import { vmdkTruncated, vmdkUnsupported } from "./vmdk-faults";

/** Sectors one after the other in a file of their own (`disk-flat.vmdk`). */
export class VmdkFlatExtent implements VmdkExtent {
  readonly sizeBytes: number;
  readonly file: RandomAccessFile;
  readonly #beginBytes: number;

  /** Fault: VmdkTruncated. */
  constructor(file: RandomAccessFile, beginBytes: number, sizeBytes: number) {
    if (beginBytes + sizeBytes > file.sizeBytes()) {
      throw vmdkTruncated(file.path, `it should have ${beginBytes + sizeBytes} bytes, and has ${file.sizeBytes()}`);
    }
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.#beginBytes = beginBytes;
  }

  read(offsetBytes: number, into: Uint8Array): void {
    readExactly(this.file, this.#beginBytes + offsetBytes, into);
  }

  write(offsetBytes: number, bytes: Uint8Array): void {
    this.file.write(this.#beginBytes + offsetBytes, bytes);
  }

  allocatedExtents(): Extent[] {
    return [{ offsetBytes: 0, lengthBytes: this.sizeBytes }];
  }

  sync(): void {
    this.file.sync();
  }

  close(): void {
    this.file.close();
  }
}

/** An extent of type ZERO: no file, all zeros. */
export class VmdkZeroExtent implements VmdkExtent {
  readonly sizeBytes: number;
  readonly file = null;
  readonly #path: string;

  constructor(descriptorPath: string, sizeBytes: number) {
    this.#path = descriptorPath;
    this.sizeBytes = sizeBytes;
  }

  read(_offsetBytes: number, into: Uint8Array): void {
    into.fill(0);
  }

  write(): void {
    throw vmdkUnsupported(this.#path, "has an extent of zeros that has no file to write to");
  }

  allocatedExtents(): Extent[] {
    return [];
  }

  sync(): void {
    // Nothing to make durable.
  }

  close(): void {
    // Nothing is open.
  }
}
