import { vhdDamaged, vhdTruncated } from "./disk-faults";
import type { DiskOpener } from "./disk-opener";
import { FlatDisk, type OpenMode } from "./flat-disk";
import type { RandomAccessFile } from "./random-access-file";
import { hasVhdCookie, parseVhdFooter, VHD_FOOTER_BYTES, type VhdFooter } from "./vhd-footer";

/** `footer` was read from the last sector. Faults: VhdTruncated, VhdDamaged. */
export function openFixedVhd(file: RandomAccessFile, footer: VhdFooter, mode: OpenMode): FlatDisk {
  // Such a footer at the end without its copy at the start: the copy is what the format's other readers go by.
  if (footer.type !== "fixed")
    throw vhdDamaged(file.path, "the footer's copy at the start of a dynamic disk is missing");
  const dataBytes = file.sizeBytes() - VHD_FOOTER_BYTES;
  if (dataBytes < footer.virtualSizeBytes) {
    throw vhdTruncated(file.path, `it holds ${dataBytes} bytes of a disk of ${footer.virtualSizeBytes} bytes`);
  }
  return new FlatDisk("vhd-fixed", file, footer.virtualSizeBytes, mode, footer.uniqueId);
}

/** The footer at the end alone: a dynamic one has its copy at the start, too, and was recognised by that. */
export const fixedVhdOpener: DiskOpener = {
  recognises: ({ last }) => last.length === VHD_FOOTER_BYTES && hasVhdCookie(last),
  open: (file, { mode }, { last }) => openFixedVhd(file, parseVhdFooter(file.path, last, "end"), mode),
};
