import { notADiskImage } from "./disk-faults";
import type { DiskOpener } from "./disk-opener";
import { FlatDisk, type OpenMode } from "./flat-disk";
import type { RandomAccessFile } from "./random-access-file";

/** A raw image has no mark of its own: only its name and its size can say what it is. Fault: NotADiskImage. */
export function openRawDisk(file: RandomAccessFile, mode: OpenMode): FlatDisk {
  const size = file.sizeBytes();
  if (size === 0) throw notADiskImage(file.path, "it is empty");
  if (size % 512 !== 0) throw notADiskImage(file.path, `its size, ${size} bytes, is not a multiple of 512`);
  return new FlatDisk("raw", file, size, mode);
}

export const rawOpener: DiskOpener = {
  recognises: ({ path }) => /\.(raw|img)$/i.test(path),
  open: (file, { mode }) => openRawDisk(file, mode),
};
