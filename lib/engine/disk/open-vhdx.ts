import type { Disk } from "./disk";
import type { DiskOpener, OpenContext } from "./disk-opener";
import { openParentDisk } from "./parent-disk";
import type { RandomAccessFile } from "./random-access-file";
import { checkBlockTable, chunkRatioOf, readBlockTable, type VhdxLayout } from "./vhdx-block-table";
import { VhdxDisk } from "./vhdx-disk";
import { type VhdxHeader, VHDX_SIGNATURE } from "./vhdx-header";
import { readMetadata } from "./vhdx-metadata";
import { readRegions } from "./vhdx-regions";
import { withLogApplied } from "./vhdx-replay";

export const vhdxOpener: DiskOpener = {
  recognises: ({ first }) => first.toString("latin1", 0, VHDX_SIGNATURE.length) === VHDX_SIGNATURE,
  open: openVhdx,
};

/**
 * Opens a VHDX and, of a differencing one, its parents. A log that is not applied yet is applied: on the medium when the
 * file is opened for writing, else for this reader only. May run while another process writes the same file through
 * `VhdxDisk`: blocks that it adds after the table was read here are simply not seen.
 * Faults: VhdxTruncated, VhdxChecksumMismatch, VhdxDamaged, VhdxUnsupported, those of `openParentDisk`.
 */
export function openVhdx(raw: RandomAccessFile, context: OpenContext): Disk {
  const { file, headers } = withLogApplied(raw, context.mode);
  const layout = readLayout(file, headers.current);
  const table = readBlockTable(file, layout);
  // After the table: a block that another process adds in between then lies within the size, not beyond it.
  const endOfBlocks = checkBlockTable(file.path, layout, table, file.sizeBytes());
  const parent =
    layout.parent === null
      ? null
      : openParentDisk(
          file.path,
          {
            names: layout.parent.paths,
            linkage: layout.parent.linkage,
            logicalSectorBytes: layout.logicalSectorBytes,
          },
          context,
        );
  return new VhdxDisk({ file, mode: context.mode, headers, layout, table, parent, endOfBlocks });
}

function readLayout(file: RandomAccessFile, header: VhdxHeader): VhdxLayout {
  const regions = readRegions(file, header);
  const metadata = readMetadata(file, regions.metadata);
  const blockCount = Math.ceil(metadata.virtualSizeBytes / metadata.blockBytes);
  const chunkRatio = chunkRatioOf(metadata);
  return {
    ...metadata,
    bat: regions.bat,
    blockCount,
    chunkRatio,
    chunkCount: Math.ceil(blockCount / chunkRatio),
    reserved: regions.reserved,
  };
}
