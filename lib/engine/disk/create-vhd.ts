import { Buffer } from "node:buffer";
import { assert } from "@/lib/kernel/assert";
import type { Disk } from "./disk";
import { diskTooLargeForFormat } from "./disk-faults";
import type { FileSystem } from "./random-access-file";
import { openDisk } from "./open-disk";
import { openDynamicVhd } from "./vhd-dynamic";
import { encodeVhdHeader, tableBytesFor, VHD_BLOCK_BYTES, VHD_HEADER_BYTES } from "./vhd-dynamic-header";
import { encodeVhdFooter, parseVhdFooter, VHD_FOOTER_BYTES, VHD_SIZE_MAX_BYTES, type VhdIdentity } from "./vhd-footer";
import { openFixedVhd } from "./vhd-fixed";
import { encodeVhdParent } from "./vhd-parent";

export interface NewVhd extends VhdIdentity {
  /** A multiple of 512. (Azure wants whole MiB: the caller's business.) */
  readonly virtualSizeBytes: number;
}

function assertSize(path: string, bytes: number): void {
  assert(Number.isSafeInteger(bytes) && bytes > 0 && bytes % 512 === 0, `not a disk size: ${bytes}`);
  if (bytes > VHD_SIZE_MAX_BYTES) throw diskTooLargeForFormat(path, bytes, VHD_SIZE_MAX_BYTES);
}

/**
 * A fixed VHD that reads zero everywhere, as a sparse file. The file must not exist. Open for writing.
 * Faults: DiskTooLargeForFormat, and those of `FileSystem.create`.
 */
export function createFixedVhd(fileSystem: FileSystem, path: string, vhd: NewVhd): Disk {
  assertSize(path, vhd.virtualSizeBytes);
  const footer = encodeVhdFooter("fixed", vhd.virtualSizeBytes, vhd);
  const file = fileSystem.create(path);
  try {
    file.write(vhd.virtualSizeBytes, footer);
    return openFixedVhd(file, parseVhdFooter(path, footer, "end"), "readwrite");
  } catch (error) {
    file.close();
    throw error;
  }
}

/** A dynamic VHD without blocks, otherwise as `createFixedVhd`. */
export function createDynamicVhd(fileSystem: FileSystem, path: string, vhd: NewVhd): Disk {
  assertSize(path, vhd.virtualSizeBytes);
  const footer = encodeVhdFooter("dynamic", vhd.virtualSizeBytes, vhd);
  const tableOffset = VHD_FOOTER_BYTES + VHD_HEADER_BYTES;
  const entries = Math.ceil(vhd.virtualSizeBytes / VHD_BLOCK_BYTES);
  const table = Buffer.alloc(tableBytesFor(entries), 0xff);
  const file = fileSystem.create(path);
  try {
    // The copy at the start goes last: a file cut off by a kill is then no disk image, instead of a damaged one.
    file.write(tableOffset, Buffer.concat([table, footer]));
    file.write(VHD_FOOTER_BYTES, encodeVhdHeader(tableOffset, entries));
    file.write(0, footer);
    return openDynamicVhd(file, "readwrite");
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * A differencing VHD that holds nothing yet and reads as `parent` does, a VHD in the same folder that must not be written
 * from now on. The file must not exist. Open for writing.
 */
export function createDifferencingVhd(
  fileSystem: FileSystem,
  path: string,
  parent: Pick<Disk, "file" | "linkageId" | "virtualSizeBytes">,
  identity: VhdIdentity,
): Disk {
  const { linkageId, virtualSizeBytes } = parent;
  assert(linkageId?.length === 32, `${parent.file.path} cannot be the parent of a VHD`);
  const footer = encodeVhdFooter("differencing", virtualSizeBytes, identity);
  const tableOffset = VHD_FOOTER_BYTES + VHD_HEADER_BYTES;
  const entries = Math.ceil(virtualSizeBytes / VHD_BLOCK_BYTES);
  const table = Buffer.alloc(tableBytesFor(entries), 0xff);
  const { locator, addTo } = encodeVhdParent(parent.file.path, linkageId, tableOffset + table.length);
  const file = fileSystem.create(path);
  try {
    file.write(tableOffset, Buffer.concat([table, locator, footer]));
    file.write(VHD_FOOTER_BYTES, encodeVhdHeader(tableOffset, entries, addTo));
    file.write(0, footer);
  } finally {
    file.close();
  }
  return openDisk(fileSystem, path, "readwrite");
}
