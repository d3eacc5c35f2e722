import { assert } from "@/lib/kernel/assert";
import type { Disk, DiskFormat, Extent } from "./disk";
import { diskIsReadOnly, readExactly } from "./disk-faults";
import type { RandomAccessFile } from "./random-access-file";

export type OpenMode = "read" | "readwrite";

/** Offsets are the caller's own arithmetic: a wrong one is a bug, not bad input. */
export function assertInside(disk: { virtualSizeBytes: number }, offsetBytes: number, lengthBytes: number): void {
  assert(
    offsetBytes >= 0 && offsetBytes % 512 === 0 && lengthBytes % 512 === 0,
    `a disk is addressed in sectors of 512 bytes: offset ${offsetBytes}, length ${lengthBytes}`,
  );
  assert(
    offsetBytes + lengthBytes <= disk.virtualSizeBytes,
    `offset ${offsetBytes}, length ${lengthBytes} is outside a disk of ${disk.virtualSizeBytes} bytes`,
  );
}

/** A disk whose sectors lie in the file one after the other from offset 0: raw, and fixed VHD before its footer. */
export class FlatDisk implements Disk {
  readonly format: DiskFormat;
  readonly virtualSizeBytes: number;
  readonly logicalSectorBytes = 512;
  readonly file: RandomAccessFile;
  readonly files: readonly RandomAccessFile[];
  readonly linkageId?: string;
  readonly #mode: OpenMode;

  constructor(
    format: "raw" | "vhd-fixed",
    file: RandomAccessFile,
    virtualSizeBytes: number,
    mode: OpenMode,
    linkageId?: string,
  ) {
    this.format = format;
    this.file = file;
    this.files = [file];
    if (linkageId !== undefined) this.linkageId = linkageId;
    this.virtualSizeBytes = virtualSizeBytes;
    this.#mode = mode;
  }

  read(offsetBytes: number, into: Uint8Array): void {
    assertInside(this, offsetBytes, into.length);
    readExactly(this.file, offsetBytes, into);
  }

  write(offsetBytes: number, bytes: Uint8Array): void {
    if (this.#mode === "read") throw diskIsReadOnly(this.file.path);
    assertInside(this, offsetBytes, bytes.length);
    this.file.write(offsetBytes, bytes);
  }

  /** A hole in the file is a run of zeros that need not be read: a sparse disk of terabytes costs what is in it. */
  allocatedExtents(): Extent[] {
    const whole = { offsetBytes: 0, lengthBytes: this.virtualSizeBytes };
    const extents = this.file.dataExtents?.() ?? [whole];
    return extents.flatMap(({ offsetBytes, lengthBytes }) => {
      const end = Math.min(offsetBytes + lengthBytes, this.virtualSizeBytes);
      return offsetBytes < end ? [{ offsetBytes, lengthBytes: end - offsetBytes }] : [];
    });
  }

  sync(): void {
    this.file.sync();
  }

  close(): void {
    this.file.close();
  }
}
